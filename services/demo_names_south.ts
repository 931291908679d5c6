import type { Culture } from "./demo_names_culture.ts";

/** French, Spanish, Portuguese, Italian and Romanian. */
export const southern: readonly Culture[] = [
  {
    locale: "fr",
    weight: 7,
    women: `Marie Nathalie Isabelle Camille Chloé Céline Léa Manon Sophie Hélène
      Aurélie Françoise Émilie Anaïs Élodie Maëlle Zoé Noémie Cécile Geneviève
      Inès Joëlle`,
    men:
      `Jean Pierre Michel Nicolas Philippe Julien François Thomas Louis Gérard
      Sébastien Frédéric Rémi Loïc Benoît Hugo André Jérôme Étienne Mickaël Théo
      Raphaël Maël`,
    family:
      `Martin Bernard Dubois Thomas Robert Richard Petit Durand Leroy Moreau
      Simon Laurent Lefèvre Michel Garcia Roux Fournier Girard Bonnet Dupont Lambert
      Fontaine Rousseau Lefebvre Chevalier François Gauthier Bérenger Hébert Lemaître
      Guérin Barthélemy d'Estrées Le_Gall Pélissier Marçais Noël`,
    familyPieces: [
      `beau mont bel font cham gro mal ro bo bou cha chau des du fer gar gran
       gui haute lan mar mau mé mo pel per pi pré ré ren sa sau sé ta thi tour val
       ver vi vil cou cler cré dé é ga jo lu`,
      "~ ~ ~ ~ ba che der ga li lan mi no ri ro ti vi",
      `champ lier rand gnon deau chet ville val mont dier zier nard net teau reau
       vigne rier nier tier got quet leau din bert celin dot gneux lot mond nault
       neau rieux son vert vet zac`,
    ],
    particles: { words: "de de_la du Le Saint-+", share: 0.06 },
    secondGiven: { join: "-", share: 0.07 },
    secondFamily: { join: "-", share: 0.03 },
  },
  {
    locale: "es",
    weight: 7,
    women:
      `María Carmen Ana Lucía Laura Isabel Marta Cristina Pilar Paula Sofía Elena
      Rosa Raquel Inés Mónica Rocío Verónica Ángela Begoña Nuria Belén Concepción`,
    men:
      `Antonio José Manuel Francisco Juan David Javier Daniel Carlos Jesús Miguel
      Alejandro Rafael Pedro Ángel Pablo Sergio Andrés Iván Rubén Álvaro Óscar
      Íñigo Joaquín Ramón`,
    family:
      `García Rodríguez González Fernández López Martínez Sánchez Pérez Gómez
      Martín Jiménez Hernández Ruiz Díaz Moreno Muñoz Álvarez Romero Gutiérrez Alonso
      Navarro Torres Domínguez Vázquez Ramos Gil Ramírez Serrano Blanco Molina Castro
      Ortega Núñez Ibáñez Peña Cañizares Iglesias de_la_Fuente de_la_Cruz del_Río
      Echeverría Güell Yáñez`,
    familyPieces: [
      `al are be bar ca car ce co cor do es esco fa fuen ga gara go gue he ibar iri
       la le lo ma mi mon mora na oli or pa pe que ra re ro sa sal so ta te to
       va val ve vi villa za zu`,
      "~ ~ ~ ~ ba ce da ga la ma na ra ta ti ve",
      `lero rales ñez nares rreta llo güez rriga rrero llano ndo nero ñero rado
       rano razo rcía nza rcos rdo rés llas llanes bal zábal rola tegui rena dera
       rales cedo ches ñas ndez rón llón tero`,
    ],
    particles: { words: "de de_la del de_los", share: 0.05 },
    secondGiven: { join: " ", share: 0.14 },
    secondFamily: { join: " ", share: 0.6 },
  },
  {
    locale: "pt",
    weight: 5,
    women:
      `Maria Ana Mariana Joana Beatriz Inês Sofia Carolina Leonor Catarina Rita
      Conceição Fátima Luísa Letícia Cláudia Débora Tânia`,
    men: `José João António Francisco Pedro Miguel Luís Tiago Rui Gonçalo Paulo
      Vítor Sérgio Nuno Simão Fábio Márcio Estêvão Joaquim`,
    family:
      `Silva Santos Ferreira Pereira Oliveira Costa Rodrigues Martins Jesus Sousa
      Fernandes Gonçalves Gomes Lopes Marques Alves Almeida Ribeiro Pinto Carvalho
      Teixeira Moreira Correia Mendes Nunes Araújo Magalhães Simões Guimarães Brandão
      Conceição Assunção Leitão Falcão da_Silva dos_Santos Galvão`,
    familyPieces: [
      `al ar aze bar be bor bra ca car cas cer co cou cu fa fei fi fon ga gou gui
       la lei li lou ma mei mi mon mou no oli pa pe pi que ra ri sa se sei so ta
       te tei ve vi xa`,
      "~ ~ ~ ~ be da la ma ne ra ri va",
      `ção lhão reira beira deira nheiro zinho veira gães lhães tinho rinho leiro
       meiro rães dão rão tão nho nha drosa reda ledo rezes nário çal nhão lves des`,
    ],
    particles: { words: "da de dos do", share: 0.12 },
    secondGiven: { join: " ", share: 0.12 },
    secondFamily: { join: " ", share: 0.35 },
  },
  {
    locale: "it",
    weight: 5,
    women:
      `Maria Anna Giulia Francesca Chiara Sara Laura Valentina Alessia Elena
      Federica Martina Giorgia Paola Silvia Ilaria Beatrice Noemi Letizia`,
    men:
      `Giuseppe Marco Andrea Francesco Alessandro Antonio Luca Giovanni Matteo
      Lorenzo Davide Stefano Roberto Riccardo Simone Salvatore Niccolò Gabriele`,
    family:
      `Rossi Russo Ferrari Esposito Bianchi Romano Colombo Ricci Marino Greco
      Bruno Gallo Conti De_Luca Mancini Costa Giordano Rizzo Lombardi Moretti Barbieri
      Fontana Santoro Mariani Rinaldi Caruso D'Angelo Dell'Acqua Di_Stefano Nicolò
      Cantù Forlì`,
    familyPieces: [
      `al an ba bar be bel bo bon bru ca cal can car cas ce co col cor da do fa
       fe fi for fu ga gal gi gra gui la lo lu ma man mar me mo mon na ne or pa
       pe pi po ra ro sa sal san sca se so spa ta to tra va ve vi za`,
      "~ ~ ~ ~ bel bo ga gi la man na ra ri sta ti va",
      `rini lli nelli retti rotti cci ccio ldi lini gnoli nesi netti niero ni rani
       ratti ri ro sini tti tini valli zzi zzoni zzaro llone rone tore rello cchi
       ndolfi setti`,
    ],
    particles: { words: "De Di Del Della Dal", share: 0.06 },
    secondGiven: { join: " ", share: 0.03 },
  },
  {
    locale: "ro",
    weight: 2,
    women:
      `Maria Elena Ana Ioana Andreea Mihaela Cristina Alexandra Gabriela Ștefania
      Rodica Mădălina Ruxandra Anișoara Brândușa Nicoleta Raluca`,
    men:
      `Gheorghe Ioan Ion Vasile Andrei Alexandru Mihai Nicolae Ștefan Cătălin Răzvan
      Ionuț Constantin Mircea Dănuț Bogdan Dumitru`,
    family:
      `Popa Popescu Pop Radu Ionescu Dumitru Stoica Stan Gheorghe Rusu Munteanu
      Matei Marin Constantin Șerban Moldoveanu Stănescu Țăranu Florea Dobre Tănase
      Mureșan Bălan Câmpeanu Lupășcu Nițu Păun Vîlcu`,
    familyPieces: [
      `al an bă bal bog căl câm chi cio cor cos cră dan do dră du flo ga gri ha
       hor io lă lu mă mar mi mol mu nă ne ni ol pă pe po ră ro să ser so stă
       șer tă to tu țu va văl vlă`,
      "~ ~ ~ ~ ba de ghi li lo mi ni no ri ti",
      `nescu rescu lescu tescu descu beanu neanu reanu șanu laru raru leanu rean
       rilă nuț rău șoiu roiu cilă teanu varu`,
    ],
  },
];
