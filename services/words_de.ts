/**
 * German words to say on the phone: common, harmless, 4 to 8 letters from a to z, so without umlauts
 * and ß. No two differ in one letter only, nor in one sound only (b for p, double letters, silent h).
 * Written for this project.
 */
export const WORDS_DE: readonly string[] = `
  abakus abend abfahrt ablage absatz abstand abteil achse achtung achtzig
  acker adler adresse advent agentur ahorn akazie akkord akrobat akte aktuell
  alarm album alge alltag alpaka alpen amateur ameise ampel amulett ananas
  andacht anemone anfang anfrage angebot angel ankunft anlauf anruf ansage
  ansicht antenne antrag antwort anwalt anzahl anzug apfel apotheke apparat
  applaus aprikose april aquarium arbeit archiv arena argument arktis armband
  aroma artikel artist arzt asche aspekt asphalt astern astronom atelier atem
  atlas aufbau aufgabe auflauf aufnahme aufruf aufsatz auftrag aufzug august
  auktion aula aurora ausblick ausdruck ausflug ausgang auskunft auslage
  ausland ausrede ausweis auto autobahn avocado azur bach bachelor backen
  backofen badehose badesee bahnhof balance balkon ballett bambus banane band
  bandage banjo banner bariton basar basilika basis batterie baum baumhaus
  baustein beamter becher bedarf beere befund beginn begriff beifall beil
  beilage beispiel beitrag bellen belohnen bemerken bequem berater bereich
  bergbau bericht beruf besitz bestand besteck besuch beton betrieb bett beute
  bewegen beweis bezirk biathlon biber biene bieten bikini bilanz bild billard
  billig biologe biotop birke bison blatt blech bleiben blende blinker
  blinzeln blitz block blond blume bohrer boje bombast bonbon bonus bord
  borste botanik brauerei brause brav breit bremse brennen brezel brille
  bringen brokkoli bronze brosche brot brotkorb bruder brummen buche bugwelle
  bumerang bummel burg busch chance charme chemie chor chrom chronik clown
  cocktail collage comic computer cowboy creme curry dachs dackel dame dampf
  dank datei datum dauer daumen decke deich delikat denken denkmal dessert
  detail deutlich dezember diagonal dialog diamant dicht dichter diele dienst
  diesel diner dinkel diplom direkt dirigent diskus doktor dokument domino
  doppelt dorf dose dotter drache draht drama drehen dreieck dreirad dringend
  drohne drossel druck drucker duett duplikat dusche dutzend ebbe ebene echo
  edel edition efeu effekt ehepaar ehrlich eiche eidechse eifer eifrig eigen
  einband einfach eingang einheit einhorn einkauf einladen einsatz eintrag
  eisberg eiszeit elch elefant element elster eltern emotion empfang ende
  endlich energie entwurf enzian epoche erbse erdbeere ereignis erfolg
  ergebnis erinnern ernst ersatz essen essig etage etikett eule europa examen
  experte fabel fabrik faden fahne fahrer fahrrad faktor fall falte familie
  fangen farbe farn fassade faust favorit fazit februar feder feige fein feld
  feldweg felsen fenster fertig fichte figur filiale film filter finale finden
  finger fink firma fisch flach flagge flamingo flaum fleck flieder fliese
  flotte flugzeug flur fokus folge folklore forelle form format formel
  forscher forst fracht fragment frei freibad freiheit freitag fremd freude
  freund frieden frist froh front fuchs fund funke funktion gabe galaxie
  galerie galopp gans garage garnele garten gast gazelle gebiet gebirge
  gedanke gedicht geduld gegend gehalt geheim geist gelassen gelatine gelb
  gelenk gemeinde genau general geologe gepard gerade gerecht geruch gesang
  gespann gestalt gestein gesund gewebe gewinde gewinn gewitter giebel gigant
  gips giraffe gitarre gitter glas glaube gleich globus glocke gloria gnade
  gnom gold gondel gong graben grafik gramm granit greifen grenze griff
  grinsen grotte grube gulasch gunst gurgeln gurke hafen hahn halle halogen
  halten hammer hamster handball handel handtuch handwerk harfe harmonie harz
  haupt hausboot haushalt hebel hecht hefe heide heim heimat heimweg heizung
  helfen hell herbst hering hermelin hibiskus hilfe himbeere himmel hirsch
  hirte hitze hobby hoch hochhaus hochzeit hocker hoffnung holen holunder holz
  honig honorar hopfen horizont hornisse hotel humor humus hupe ideal idee
  idyll igel ikone imbiss imker immun import impuls index indigo ingwer inhalt
  insekt insel instinkt institut internat inventar iris jacke jahr januar
  jargon jasmin jodeln journal jubel jubilar jugend jupiter jurist kabine
  kaiser kajak kakadu kakao kaktus kalender kalk kamel kamera kamille kamin
  kanal kanister kantate kante kanzel kapitel karawane karneval karpfen
  kaskade kasper kastanie katalog katze kaufen kavalier kegel keks keller
  kennen keramik kern kerze kette kichern kilo kimono kind kiosk kirche kissen
  kiste kiwi klammer klang klassik klausur klavier kleben klee klempner
  kletter klima klimpern klinge klinik klippe kloster kluft klug knauf kneten
  knie knobeln knopf knospe knusprig kobalt kochen koffer kohlrabi kojote
  kokos kolben kolonne komet komiker komma kompass kompott kongress kontakt
  kontrast konzert koralle korb kormoran kosmos kostbar kraft krater krawatte
  kreativ krebs kreide kreisel kristall krokant krokus kruste kuckuck kulisse
  kultur kumpel kupfer kutsche labor lachen lack ladung lagune lakritz lama
  lampe landwirt langsam lanze laptop lasso latein laterne latte laub lavendel
  lawine lecker legende leguan lehm lehrling leicht leier leihen leine
  leinwand leiste leopard lernen lesesaal leuchte libelle lied lilie limette
  limonade linde lineal lizenz logik lohn loipe lokal lorbeer lotse lotterie
  lotus luke lust lustig luxus macht magazin magie magnet mais majoran makrele
  malerei malz mammut manege mango marder marine markise markt marmor marzipan
  maske material matrose maulwurf maurer maximum medaille meile meister melden
  melisse melodie melone menge mensch messer metall meteor methode mikado
  milch million mineral minimal minister minute minze mischen mitglied mittag
  mittel mobil mode mokka moment monarch monat monitor monokel montag moos
  moped morgen mosaik motiv motor motorrad muffin munter muschel museum musik
  muskat muskel mustang mythos nachbar nadel napf narzisse nase nashorn natur
  negativ nehmen neigung nektar nelke neptun nest netz neugier neutral
  nilpferd nische nixe nobel nomade norden nordpol normal notiz novelle
  november nummer nuss nutria nutzen objekt oboe obst ofen oktave oktober
  oleander olive olymp opal oper optik optimal orange orbit orchidee ordnung
  oregano organ orgel origami original ornament osten ozean pagode palast
  palme panorama papagei papier paprika parade parkett partitur partner
  passage pastell pastete patient pauke pazifik pelikan pelz pendel pension
  pergola person petunie pfau pfeffer pfeife pfennig pferd pfirsich pflanze
  pflaster pflaume pflicht pflug pforte pfosten physik pianist piccolo
  picknick pilger pinguin pirat pistazie plakat planet plastik plateau platin
  plaudern plombe podium poesie polizei polster pony popcorn portal posaune
  position praline praxis premiere prima prinz prinzip privat produkt profi
  programm projekt prospekt provinz prozent prozess publikum pudding pulver
  pumpe punkt purpur puzzle pyramide quadrat qualle quark quartett quartier
  quer quirl quitte quittung rabatt radar radio radius rahmen rakete raps
  raster ratgeber rauch raupe realist rechen rechnung referat reform refrain
  regal regatta region register reif reihe reiten rekord reporter reptil
  reserve resonanz respekt revier richtung riese ritual robbe roboter robust
  rock roggen roller roman romantik rosine rosmarin rost rotkohl route rubin
  rubrik rucksack ruhe ruhetag ruhig ruine rumpf saat safari saison salami
  salbe salon salto sammeln samstag sandale sanduhr sanft saphir sardine
  satellit sauber sauna scanner schaf schalter schatz schaufel scheibe
  scheitel scherz scheune schick schilf schirm schlager schlange schlau
  schleife schleuse schlicht schloss schmal schmied schminke schmuck schnabel
  schnauze schnecke schnee schnur scholle schrank schrift schuh schwalbe
  schwamm schwarz schwelle schwung seele segen seife seilbahn sekunde selbst
  sellerie seltsam semester seminar senat sender senf sensor serie sessel
  sichel siebzig siedlung siesta signal silber simpel sinfonie singen sinn
  sinus sirene sirup sitz skala skizze skulptur slalom smaragd smoking socke
  sofa sofort solide sommer sonate sopran sorte spachtel spalt spange spaniel
  sparen spargel spatz specht speck speiche spektrum sperling spezial sphinx
  spiegel spiel spinat spindel spirale splitter spontan sprache sprechen
  spritze sprosse sprudel sprung spule spur stab stabil stachel stadion stand
  stativ statue steak stein stempel steppe steuer stich stiefel stift stimme
  stirn stock stollen stolz storch strahl strauch streben strecke streifen
  strick stroh strophe struktur strumpf student studio stufe stuhl stunde
  sturm substanz summe surfen synonym system tabelle tablett tabu tagebuch
  tagung takt taktik talent talisman tandem tapfer tarif tastatur taste tausch
  tausend taxi team technik teddy teekanne teilen telefon teleskop tempo
  tennis tenor termin terrasse text textil theater thema theorie thymian
  tiefgang tier toast toll tombola topas torwart tour tourist tragen trainer
  traktor trapez traum treiben treppe tresor treu triangel trio trompete
  tropfen trubel truthahn tuch tukan tulpe tunnel turban turbine turnen
  turnier twist ufer ulme umfang umgebung umlauf umriss umschlag umwelt umzug
  uniform unikat urkunde urlaub ursache urwald vanille variante veilchen
  ventil venus veranda verband verein verkehr verlag verlauf vernunft verstand
  versuch vertrag vesper video vielfalt vignette violett violine virtuos
  vision visum vitamin vitrine vogel vollmond volumen vorabend vorbild
  vorfahrt vorhang vorliebe vorsicht vorwort vulkan waffel wald waldrand
  walnuss walross wandern wappen warnung wasser wechsel weiher weinberg weizen
  wellness weltall werben werbung werk werkzeug weste westwind wichtel wiege
  wimper windrad winter wipfel wirbel wirken wirsing woche wohnung wolf wombat
  wunsch wurf wurst wurzel zahnrad zapfen zauberer zebra zeichen zeit zeitraum
  zeitung zement zentrale zentrum zeppelin zeug ziehen zierlich zikade zimt
  zirkel zirkus zitrone zitrus zivil zucker zufall zugvogel zuhause zukunft
  zutat zweig zwieback zwiebel zwilling zylinder zypresse
`.trim().split(/\s+/);
