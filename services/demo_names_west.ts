import type { Culture } from "./demo_names_culture.ts";

/** German, English, Irish and Dutch. */
export const western: readonly Culture[] = [
  {
    locale: "de",
    weight: 20,
    women: `Anna Julia Sabine Katharina Lena Sarah Laura Andrea Claudia Susanne
      Petra Monika Lea Hannah Sophie Birgit Stefanie Nicole Karin Jana Marie
      Käthe Änne Annegret Renate Ulrike Franziska Vanessa Heike Jördis Elfriede
      Gudrun Bärbel Silke Martina Nele Frieda`,
    men:
      `Thomas Michael Andreas Peter Stefan Christian Jan Markus Martin Alexander
      Jürgen Klaus Jonas Lukas Tobias Florian Wolfgang Günther Uwe Sebastian Felix
      Matthias Björn Jörg Götz Rüdiger Niklas Philipp Heinz Dieter Holger Sören
      Bernd Maximilian Leon Emil`,
    family: `Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz
      Hoffmann Schäfer Koch Bauer Richter Klein Wolf Schröder Neumann Schwarz
      Zimmermann Braun Krüger Hofmann Hartmann Lange Schmitt Werner Schmitz Krause
      Meier Lehmann Köhler Herrmann König Walter Kaiser Böhm Groß Weiß Vogt Jäger
      Günther Kühn Friedrich Haas Strauß Möller Huber Scholz Größler Gräf Pöhlmann
      Übelacker Ötting Sauerbier`,
    familyPieces: [
      "~ ~ ~ ~ ~ ~ ~ ~ ober nieder hinter",
      `berg stein wald feld brunn eich birk linden buchen erlen tannen rosen gold
       silber eisen kirch mühl korn salz hirsch wolfs falken adler hohen schön
       breiten langen grün rothen schwarzen weißen winter sommer oster wester stern
       sonnen wiesen acker graben moos sand kessel brücken damm heide hagen hasel
       holz kalten krummen laub leiten lütken mitter morgen pfaffen reichen ritter
       schilf schlehen seiden stegen stock vogel weiden wein ziegel`,
      `er mann bauer meier müller hofer berger bacher felder huber wieser egger
       leitner brunner kamp brink horst hardt reuter rieder stetter reiter bichler
       thaler becker berg stein feld au heim thal burg dorf hausen wald bach kötter
       moser lechner rath müllner mayr meyer höfer wäldner gärtner häuser büchler`,
    ],
    particles: { words: "von von von_der vom zu", share: 0.012 },
    secondGiven: { join: "-", share: 0.03 },
    secondFamily: { join: "-", share: 0.03 },
    letters: { ä: "ae", ö: "oe", ü: "ue" },
  },
  {
    locale: "en",
    weight: 18,
    women: `Mary Emma Olivia Jennifer Elizabeth Sarah Jessica Emily Susan Karen
      Charlotte Linda Amelia Grace Ashley Megan Rebecca Rachel Lauren Hannah
      Victoria Chloë Zoë Imogen Beatrice Abigail Madison Tiffany Heather Joanne
      Nicola Gillian Renée Rosalind`,
    men:
      `James John David Robert Michael William Daniel Matthew Christopher Joseph
      Andrew Paul Mark George Thomas Jack Oliver Harry Steven Kevin Brian Jason
      Ryan Benjamin Samuel Adam Nathan Gareth Alistair Rhys Tyler Ethan Graham
      Nigel Desmond Jermaine`,
    family:
      `Smith Johnson Williams Brown Jones Taylor Davies Wilson Evans Thomas
      Miller Davis Anderson Jackson White Harris Martin Thompson Roberts Walker
      Wright Robinson Clark Lewis Lee Hall Allen Young King Green Baker Hill Scott
      Adams Campbell Mitchell Carter Turner Phillips Parker Edwards Collins Stewart
      Morris Rogers Reed Cook Morgan Bell Murphy Bailey Cooper MacDonald McGregor
      Featherstonehaugh Brontë Okonkwo Achebe`,
    familyPieces: [
      `ash black white thorn brad stan wood hart kings long nor wes bar clay cran
       dun elm farn green hazel hol lang lin marl mer nether new oak pem red rad
       rook sher stock sut thistle under wad wal whit win wol wych aber birch brom
       cat ches cole copp daven ever fair fen gold haver hen ken lam lock mayn
       mill pen ray rock rose ru sand shel sil staf strat sweet tam wake ward`,
      "~ ~ ~ ~ ~ ~ er ing en ling al den",
      `ton ford wood ley well field worth ham bury man stead bridge croft dale
       burn brook more shaw by combe cliff gate land lock mere ridge stone thorpe
       wick wright son smith hurst foot kin ward`,
    ],
    secondGiven: { join: "-", share: 0.01 },
    middle: { share: 0.16, initial: true },
    secondFamily: { join: "-", share: 0.03 },
  },
  {
    locale: "en-IE",
    weight: 2.5,
    women:
      `Aoife Ciara Niamh Saoirse Siobhán Róisín Sinéad Orla Gráinne Caoimhe Áine
      Éabha Fionnuala Máire Bríd Clodagh`,
    men:
      `Seán Conor Patrick Cian Oisín Pádraig Liam Darragh Eoin Ciarán Fionn Rónán
      Tadhg Séamus Cillian Micheál`,
    family:
      `Murphy O'Kelly O'Sullivan Walsh O'Brien Byrne Ryan O'Connor O'Neill Reilly
      Doyle McCarthy Gallagher O'Doherty Kennedy Lynch Murray Quinn McLoughlin
      Ó_Briain Ó_Domhnaill Mac_Gabhann`,
    familyPieces: [
      `bran cal don fla gil har ken lav mal mull rior shan tier finn cor dal hag
       keo cas dev gerr kear flynn cush gar loughr`,
      "~ ~ la na vi li",
      "an agan igan ahan nelly ney gan don key ran erty elly ery ard",
    ],
    feminine: [[/^Ó ([BCDFGMPST])/, "Ní $1h"], [/^Mac /, "Nic "]],
    particles: { words: "O'+ O'+ Mc+ Mac+ Fitz+", share: 0.3 },
  },
  {
    locale: "nl",
    weight: 4,
    women:
      `Emma Sanne Anouk Lotte Femke Marieke Anneke Daphne Fleur Maaike Saskia
      Eline Noëlle Loes Willemijn Mariëlle Hanneke Josée`,
    men:
      `Jan Daan Sem Pieter Bram Thijs Jeroen Bas Maarten Sander Ruben Wouter Joost
      Hendrik Gijs Koen Luuk Daniël`,
    family:
      `de_Jong Jansen de_Vries van_den_Berg Bakker van_Dijk Visser Smit Meijer
      de_Boer Mulder de_Groot Bos Vos Peters Hendriks van_Leeuwen Dekker Brouwer
      de_Wit Dijkstra Smits de_Graaf van_der_Meer van_der_Linden Kok van_Vliet
      van_'t_Hof Hoekstra Prins Huizinga Coenraads Ruijter Kuijpers Geërts`,
    familyPieces: [
      `dijk boom veen water berg zand hoek molen kerk heide wind vink rosen oost
       west noord broek hooge laan ooster schaap ster vel wester winter zwart groot
       klei grond lind beek bosch brand dool haver koe kraai meer nieu olde steen`,
      "~ ~ ~ en er el",
      `stra man huis ma inga sma veld hof kamp dam horst burg wijk huizen dijk meijer
       sen broek beek berg`,
    ],
    particles: { words: "van van_der van_de van_den ter ten", share: 0.12 },
  },
];
