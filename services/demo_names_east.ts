import type { Culture } from "./demo_names_culture.ts";

/** Polish, Czech, Croatian, Hungarian and Turkish. */
export const eastern: readonly Culture[] = [
  {
    locale: "pl",
    weight: 5,
    women:
      `Anna Katarzyna Małgorzata Agnieszka Barbara Ewa Krystyna Elżbieta Magdalena
      Joanna Zofia Wiesława Grażyna Bożena Stanisława Bronisława Żaneta Kinga`,
    men:
      `Piotr Krzysztof Andrzej Tomasz Jan Paweł Michał Marcin Stanisław Jakub Adam
      Łukasz Zbigniew Wojciech Grzegorz Sławomir Bartłomiej Jędrzej Świętosław`,
    family:
      `Nowak Kowalski Wiśniewski Wójcik Kowalczyk Kamiński Lewandowski Zieliński
      Szymański Woźniak Dąbrowski Kozłowski Jankowski Mazur Kwiatkowski Krawczyk
      Piotrowski Grabowski Pawłowski Michalski Król Wieczorek Jabłoński Wróbel Stępień
      Górski Gąsior Żak Zając Łuczak Świątek Źrebiec Ćwikła`,
    familyPieces: [
      `bar bąk bed bia błaż bog bor bra brzez bys chmie chod cie czar dę dob
       dra dud dzie gaj gał gło god gór gra grom jago jan jar ka kali kar kę kli koł
       kor kos kra kru krzy kuch lech les lip łap łuk mal mar mi mrocz na nie ol
       osta pę pie pod ra rad ręb ru rze sa sie sko so sta stru szcze szy ślu
       świ tka tur ur wę wit wil zab zawa zie żu`,
      "~ ~ ~ be ci ga ko li la lo mi ne no ra ro sze wi",
      `kowski nowski lewski rzewski ński czyński liński siński chowski rowski
       czewski wicki nicki lecki rzecki czyk niak rczak szczak nek lik nowicz
       kiewicz szewicz rzyk chała guła jda`,
    ],
    feminine: [[/([sc])ki$/, "$1ka"]],
    secondFamily: { join: "-", share: 0.03 },
  },
  {
    locale: "cs",
    weight: 3,
    women:
      `Jana Marie Eva Hana Anna Lenka Kateřina Věra Lucie Alena Petra Tereza
      Eliška Zdeňka Barbora Růžena Markéta Žaneta Jiřina`,
    men: `Jiří Jan Petr Josef Pavel Martin Tomáš Jaroslav Miroslav Zdeněk Václav
      Ondřej Lukáš Matěj Vojtěch Štěpán Radek Bedřich Luboš`,
    family:
      `Novák Svoboda Novotný Dvořák Černý Procházka Kučera Veselý Horák Němec
      Pokorný Marek Pospíšil Hájek Jelínek Král Růžička Beneš Fiala Sedláček Doležal
      Zeman Kolář Navrátil Čermák Vaněk Urban Kříž Šimůnek Žižka Řehoř Ťoupalík`,
    familyPieces: [
      `ba be bí blá bo bra brů bu ce čer da do dra du dvo fa fi há ho hra hru
       hu cha chla cho já je ji jí ka ké ko kra kře ku ků la le lu má me mi mra
       mu ně no pa pe po pra ří ro rů ry řeh sa sed sla sli so sta sto stra sví
       ša šla šte tu va ve vo vra za zá zde že žá`,
      "~ ~ ~ be či do la li ma ne ra ře to vi",
      `ček čka cký čil dek dlec hout jka lák lík láček lka máš nek ník ňák rák
       řík ruba sil ský šek šík tka vec vka zák ždil cha bek rný tný`,
    ],
    feminine: [
      [/ý$/, "á"],
      [/[eě]?k$/, "ková"],
      [/ec$/, "cová"],
      [/a$/, "ová"],
      [/([^áéíóúůýe])$/, "$1ová"],
    ],
  },
  {
    locale: "hr",
    weight: 2,
    women:
      `Marija Ana Ivana Mirjana Petra Katarina Nataša Željka Snježana Đurđica
      Lucija Sanja Višnja Anđela Dubravka`,
    men: `Ivan Josip Marko Tomislav Željko Stjepan Ante Krešimir Zvonimir Siniša
      Luka Matija Saša Domagoj Đuro Miroslav`,
    family:
      `Horvat Kovačević Babić Marić Jurić Novak Kovačić Knežević Vuković Marković
      Petrović Matić Tomić Pavlović Kovač Božić Blažević Grgić Perić Šimić Žagar
      Đurić Čović Ćosić Špoljarić`,
    familyPieces: [
      `ad al an ba bar bla bog bo bra bu cvi da do dra du fi ga gla gr gra ha iv
       ja jo ju ka kla kne ko kra kr la li lo lu ma mar mi mla ni no ob or pa pe
       pla po pra ra ro ru sa si sla sta ste ša ši šti te to tr va ve vi vla
       vu za zo zlo že žu`,
      "~ ~ ~ ba de do go la li ma mi ne ni ri vo",
      `čević čić dić jević kić ković lić ljević nić nčić nović rić rević sić šić
       tić tović vić zić žić rac lac nac šak ček kuš njak`,
    ],
  },
  {
    locale: "hu",
    weight: 2,
    women:
      `Mária Erzsébet Katalin Ilona Éva Anna Zsuzsanna Judit Ágnes Andrea Eszter
      Zsófia Réka Tünde Emőke Gyöngyi Boglárka`,
    men:
      `László István József János Zoltán Sándor Gábor Ferenc Attila Péter Tamás
      Zsolt Balázs Győző Csaba Ákos Ödön Dezső Előd`,
    family:
      `Nagy Kovács Tóth Szabó Horváth Varga Kiss Molnár Németh Farkas Balogh Papp
      Lakatos Takács Juhász Oláh Mészáros Simon Rácz Fekete Szűcs Gulyás Hegedűs Kőműves
      Győri Csőke Őri Erdődy Ördög`,
    familyPieces: [
      `ala ba bala bar bere bo bor bör csa cse csi csó de dom dö e ér fa fel föl
       ga ger győ gyön ha haj her hon ho iva ő ősz ka kap kere ke kis kol ko kör lá len
       lo ma mar me mi mo nagy nyi ó ör pa pe pin po ré ró sá sár sel si so
       sza szé szi szo tá te tol tö tú ú vá ve vi zá ze zsó`,
      "~ ~ ~ ba de ge ko la le ma re ro ta",
      `csi dai di falvi gyi házi helyi hegyi jai kai kúti lősi mosi nyi rosi rdi
       si szegi szi tai tosi vári völgyi zsi ros más kó`,
    ],
    layout: "family first",
  },
  {
    locale: "tr",
    weight: 4,
    women:
      `Fatma Ayşe Emine Hatice Zeynep Elif Meryem Şerife Zehra Sultan Özlem Gülşen
      Büşra Tuğba Çiğdem İrem Aslı Nurgül Ebru`,
    men:
      `Mehmet Mustafa Ahmet Ali Hüseyin Hasan İbrahim İsmail Osman Yusuf Murat
      Ömer Emre Oğuz Çağlar Özgür Barış Tuğrul Şükrü Umut`,
    family:
      `Yılmaz Kaya Demir Çelik Şahin Yıldız Yıldırım Öztürk Aydın Özdemir Arslan
      Doğan Kılıç Aslan Çetin Kara Koç Kurt Özkan Şimşek Polat Korkmaz Güneş Erdoğan
      Aksoy Bulut Tekin Ünal Özçelik Işık Güçlü Öğüt Taşçı İnan`,
    familyPieces: [
      `ak al alt ar ata ay bal baş bay bey boz can çak çal çe da de dağ deniz
       dur duru eli er ergün gök gül gün güneş ha ılı in is kal kan kara kaya kır
       kızıl koca koç kur kut oğuz ok öz pek saç sağ sarı ser sel son su
       şen tan taş tek top tun tur uğur uy uz ün yal yan yar yaz yeşil yıl yurt yüce`,
      "~ ~ ~ ~ al da er gör han ka lı",
      `er kan taş oğlu demir kaya soy türk lı han baş bulut çelik can çı doğan
       dağ gül koç maz tepe tekin men yürek yol öz tan su gün ar bay pınar`,
    ],
    middle: { share: 0.08 },
  },
];
