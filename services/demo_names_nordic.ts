import type { Culture } from "./demo_names_culture.ts";

const oslo = { ø: "oe", å: "aa" };

/** Swedish, Norwegian, Danish, Icelandic and Finnish. */
export const nordic: readonly Culture[] = [
  {
    locale: "sv",
    weight: 3,
    women:
      `Anna Eva Maria Karin Sara Emma Kristina Åsa Malin Linnéa Elin Frida Ebba
      Märta Gunilla Sofia Ulla Göta Hjördis`,
    men:
      `Lars Erik Anders Johan Per Karl Mikael Jan Fredrik Magnus Björn Göran Håkan
      Åke Gustav Östen Jörgen Måns Oskar Linus`,
    family:
      `Andersson Johansson Karlsson Nilsson Eriksson Larsson Olsson Persson
      Svensson Gustafsson Pettersson Jonsson Lindberg Lindström Bergström Sjöberg
      Åberg Öberg Hägglund Nyström Löfgren Ström Bäckman Ekström Sjögren Åkesson`,
    familyPieces: [
      `ek al björk lind lund sjö berg hög sund lax wik sand hall hell häll gran grön
       gyll häg kjell löf lök malm nor ny rosen säl stål sten stor ström söder
       väst öst ås åker äng ör lille käll forss hed dal bäck bo bränn fors`,
      "~ ~ ~ ~ en er e",
      `ström berg lund gren qvist man stedt blad mark dahl vall wall sjö ö strand
       borg feldt rot skog hammar näs in ell holm`,
    ],
    secondGiven: { join: "-", share: 0.03 },
  },
  {
    locale: "nb",
    weight: 2,
    women: `Anne Inger Kari Marit Ingrid Liv Nora Astrid Solveig Bjørg Åse Randi
      Ragnhild Silje Tone Guro Hege Sølvi`,
    men:
      `Jan Per Bjørn Ole Kjell Lars Svein Arne Knut Øyvind Terje Geir Håkon Jørgen
      Tor Åsmund Pål Sindre Ståle Trygve`,
    family:
      `Hansen Johansen Olsen Larsen Andersen Pedersen Nilsen Kristiansen Jensen
      Karlsen Berg Haugen Hagen Bakken Lie Dahl Lund Moen Strøm Ødegård Solbakken
      Bjørnstad Sæther Sørli Næss Ås Brekke Rønning Tørresdal`,
    familyPieces: [
      `sol bjørk fjell haug hag lund strand sand nord sør øst vest ny sæter skog stein
       støl tveit vik ul lang kvam hell gran fag elve eik dal bru berge ask
       ør øy å myr mo lille leir grøn gjerde furu engen`,
      "~ ~ ~ e en",
      `stad vik dal bakken haug land rud heim moen nes set sæter ås gård li lien berg
       bø vold strand hagen tveit eide øy bråten`,
    ],
    letters: oslo,
  },
  {
    locale: "da",
    weight: 2,
    women:
      `Anne Kirsten Mette Hanne Helle Susanne Lene Camilla Maja Freja Søs Bodil
      Dorthe Gitte Signe Åse Birgitte`,
    men:
      `Peter Michael Jens Lars Søren Thomas Henrik Niels Jørgen Rasmus Mads Bjarne
      Åge Anders Kjær Frederik Jeppe Asbjørn Villads`,
    family: `Nielsen Jensen Hansen Pedersen Andersen Christensen Larsen Sørensen
      Rasmussen Jørgensen Petersen Madsen Kristensen Olsen Møller Østergaard
      Nørgaard Kjær Bæk Lauridsen Søndergaard Højgaard Dam Thygesen Skovgård Brøgger`,
    familyPieces: [
      `nør øster vester sønder høj lille store skov dam kær bæk bjerre damm ege elle
       fær gammel grøn hav hede holm hvid kirke klit kold krog lind lund mølle ny
       ravn rind rosen sand skjold stein sø toft tved ør ålb`,
      "~ ~ ~ e er",
      `gaard by skov holm berg strup borg lund mark bæk bjerg dal toft sted sen
       vang rup løv kjær høj lev`,
    ],
    letters: oslo,
  },
  {
    locale: "is",
    weight: 1,
    women:
      `Guðrún Anna Kristín Sigríður Margrét Helga Ingibjörg Þórunn Jóhanna Hildur
      Ásdís Björk Freyja Ólöf Þóra Æsa`,
    men:
      `Jón Sigurður Guðmundur Gunnar Ólafur Einar Magnús Kristján Þór Stefán Björn
      Árni Helgi Þorsteinn Ævar Höskuldur`,
    family:
      `Jónsson Sigurðsson Guðmundsson Gunnarsson Ólafsson Einarsson Magnússon
      Kristjánsson Stefánsson Björnsson Árnason Helgason Þorsteinsson Pálsson
      Ragnarsson Þórsson Hauksson Blöndal Thorarensen`,
    familyPieces: [
      `guð sig þor ás ing stein berg ey hall her hjör hró ketil odd ragn styr svein
       úlf val vé geir grím högn jör köl ljót ög snæ`,
      `mund björn bjarn geir grím leif olf finn kel lák stein ar var valds harðs bergs
       brands frið þórs urð`,
      "sson",
    ],
    feminine: [[/sson$/, "sdóttir"], [/ason$/, "adóttir"]],
    middle: { share: 0.15 },
  },
  {
    locale: "fi",
    weight: 2,
    women:
      `Maria Helena Anna Johanna Kaarina Aino Päivi Sari Tuula Minna Hanna Kirsi
      Jaana Outi Pirkko Inkeri Säde Leena`,
    men:
      `Juhani Mikko Matti Timo Antti Jari Jukka Pekka Heikki Väinö Eero Päiviö
      Ville Olli Lauri Tapio Pertti Yrjö Sami Jyrki`,
    family:
      `Korhonen Virtanen Mäkinen Nieminen Mäkelä Hämäläinen Laine Heikkinen
      Koskinen Järvinen Lehtonen Lehtinen Saarinen Salminen Heinonen Niemi Salonen
      Kinnunen Pöyhönen Väisänen Kärkkäinen Åkerblom Hyvärinen Sääksjärvi`,
    familyPieces: [
      `koski mäki järvi lehto saari niemi heino salo karja kallio ranta suo vuori haka
       hieta honka huhta ilo joki kangas kataja kivi korpi kuusi kylä lampi lahti laakso
       leppä metsä mylly nurmi oja palo pelto pihla puro raja risti rauta sini susi
       tuomi uusi vaara vanha virta väli ylä ala`,
      `nen la lä maa mäki niemi järvi lainen ranta aho vaara saari salo joki kangas
       lahti oja palo pää koski virta suo korpi harju`,
    ],
    letters: { å: "a" },
  },
];
