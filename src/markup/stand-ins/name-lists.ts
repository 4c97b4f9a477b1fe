/**
 * First names and surnames of which stand-ins are made, common ones of each language: a word each, and none of them another
 * with an s. Which of a language's first names are a woman's and which a man's is not told.
 */

/** A language whose names stand-ins have. */
export type StandInLocale = 'de' | 'en' | 'es' | 'fr' | 'it' | 'pl'

/** The names of a language. */
export interface NameLists {
  readonly given: readonly string[]
  readonly surnames: readonly string[]
}

const listed = (given: string, surnames: string): NameLists => ({
  given: given.trim().split(/\s+/u),
  surnames: surnames.trim().split(/\s+/u),
})

/** By language; 60 first names and 60 surnames each. */
export const nameLists: Readonly<Record<StandInLocale, NameLists>> = {
  de: listed(
    `Adelheid Albrecht Anke Annika Anselm Beate Bernd Birgit Carsten Cornelia Dagmar Detlef Dörte Eberhard Elke Elfriede
    Falko Florian Frauke Friedhelm Gerda Gernot Gisela Gudrun Gunnar Hannelore Hartmut Heike Heiner Helga Henrike Holger
    Ilse Ingrid Isolde Jochen Jürgen Karla Katrin Klara Knut Leonhard Liesel Lothar Lutz Mareike Meike Norbert Ortrud
    Ottilie Reinhold Roswitha Rüdiger Sieglinde Silke Steffen Swantje Ulrike Volker Wiebke`,
    `Ahlers Bachmann Baumgart Behrendt Bergmann Böttcher Brinkmann Dahlke Diekmann Eberle Ehlers Engelhardt Fahrenholz
    Fassbender Feldkamp Fiedler Förster Gebhardt Geiger Gerlach Grabowsky Hagedorn Hansen Harms Heinemann Hellwig Henning
    Hinrichsen Holtkamp Jansen Kaltenbach Kesselring Kirchner Köhler Kremer Lindemann Lohmann Mertens Michaelis Neuhaus
    Nolte Oberländer Ostermann Pfeiffer Petersen Reinhardt Riedel Rosenthal Sander Schlüter Seidel Steinbach Thielemann
    Uhlmann Vogelsang Wagenknecht Weidner Wendland Westphal Zimmermann`,
  ),
  en: listed(
    `Adele Alistair Amelia Audrey Barnaby Beatrice Benedict Bridget Callum Cecily Clement Connor Cordelia Cyril Daphne
    Desmond Duncan Edith Edmund Eleanor Elspeth Felicity Fergus Fiona Gareth Georgina Gilbert Gwendolyn Harriet Hector
    Horace Imogen Isobel Jasper Jocelyn Juliet Kenneth Lavinia Leonard Lionel Mabel Malcolm Marjorie Maurice Mildred
    Millicent Nigel Octavia Oswald Percival Philippa Quentin Rosalind Rupert Sheila Sylvia Thaddeus Ursula Winifred Wilfred`,
    `Abernathy Ashworth Atherton Bagshaw Barrington Beckwith Blackwood Bottomley Bradshaw Brearley Calloway Carmichael
    Chadwick Cheltenham Clutterbuck Cranston Crowther Dalrymple Davenport Dunstable Eastwood Ellsworth Fairclough Farnsworth
    Featherstone Fitzgerald Gladstone Godfrey Greenhalgh Grimshaw Hargreave Hathaway Heathcote Higginbotham Holloway
    Huddleston Ingleby Kilbride Langstaff Lethbridge Llewellyn Lockwood Montague Mortimer Netherton Oglethorpe Ormerod
    Pemberton Pettigrew Pickersgill Ravenscroft Rutherford Satterthwaite Shackleton Sotheby Thistlethwaite Tunnicliffe
    Wainwright Whittaker Wolstenholme`,
  ),
  es: listed(
    `Adelina Agustina Alonso Amparo Aníbal Araceli Aurelio Baltasar Basilio Begoña Benigno Bernarda Candela Casilda Celestino
    Chelo Cipriano Consuelo Cosme Damián Dionisio Dorotea Edelmira Eladio Eliseo Encarnación Esteban Eulalia Evaristo Fabiola
    Fermín Filomena Genoveva Gervasio Guillermina Herminia Hilario Ignacia Inmaculada Isidoro Jacinta Joaquina Leocadia
    Leopoldo Macarena Maribel Matilde Maximino Nicanor Olegario Palmira Pascual Purificación Ramiro Remedios Rosendo
    Salvadora Teófilo Valeriano Yolanda`,
    `Abascal Aguirre Alarcón Aldana Almeida Arancibia Arriaga Balaguer Barrientos Benavente Bermúdez Bustamante Cabrales
    Calderón Camacho Carranza Cárdenas Castellanos Cifuentes Covarrubias Delgadillo Echeverría Elizondo Escalante Espinosa
    Figueroa Fuentes Galindo Gallegos Garmendia Guerrero Hinojosa Ibarra Iglesias Jaramillo Ledesma Lizárraga Maldonado
    Manrique Mendizábal Montalvo Navarrete Olivares Ordóñez Orozco Palacios Pizarro Quintanilla Robledo Rodríguez
    Sandoval Santillán Tejeda Urrutia Valdivia Villalobos Villarreal Zaldívar Zambrano Zubizarreta`,
  ),
  fr: listed(
    `Adrienne Agathe Alphonse Amandine Anatole Apolline Aristide Armelle Aurélien Baptiste Bérangère Blandine Capucine
    Célestine Clotilde Colette Corentin Delphine Désiré Edmée Eloïse Emeric Ernestine Etienne Eulalie Fabien Fernande
    Flavien Gaspard Gaëlle Geneviève Ghislain Gontran Hortense Huguette Isaure Jacqueline Joséphine Léonie Léopold Loïc
    Ludivine Marceline Marguerite Mathilde Maxence Mireille Noémie Odile Olympe Pascaline Quitterie Raphaëlle Renaud
    Sidonie Solène Thibault Tristan Victorine Yseult`,
    `Aubertin Barbeau Baudouin Beaulieu Bellanger Berthelot Blanchard Bonnefoy Bouchard Bourdelle Bressac Brisebois
    Cardinaux Carpentier Chabrol Chambellan Charbonnier Chevalier Clairmont Courtois Dauphin Delacourt Delaunay Desrosiers
    Dubreuil Duchesne Fauconnier Ferrand Fontenelle Fournier Gaillard Garnier Gauthier Girardin Guillemin Hardouin
    Jourdain Lachapelle Lacombe Lafontaine Lambertin Langlois Lavigne Leclercq Lefebvre Lemoine Letourneau Maillard
    Marchand Montfort Pelletier Perrault Poirier Rabouin Renaudin Roussel Saintonge Thibodeau Vaillancourt Villeneuve`,
  ),
  it: listed(
    `Achille Adalgisa Agnese Aldobrando Alfonsina Ambrogio Annunziata Assunta Bartolomeo Benedetta Bettina Biagio Brunilde
    Camillo Carmela Cesare Cinzia Clelia Corrado Cosimo Domenica Donatella Egidio Elettra Ermenegilda Ersilia Ettore
    Evelina Fabrizio Filiberto Fiorella Flaminia Gaspare Gennaro Gianfranco Ginevra Giuditta Gualtiero Iolanda Ippolito
    Lamberto Letizia Liborio Lodovica Loredana Mafalda Manlio Marcella Mirella Nazario Nicoletta Oreste Ornella Pasquale
    Raimondo Rosaria Ruggero Saverio Tiziana Umberto`,
    `Abbiati Acerbi Albanese Aldrovandi Amorosi Antonelli Baldassarre Barbarigo Bartolini Bellucci Benvenuti Bevilacqua
    Boccardi Brambilla Brancaccio Calabrese Camerini Cantarelli Caputo Carissimi Castiglione Cavallari Ceccarelli Colonnese
    Contarini Crispino Dallavalle Domenichini Esposito Fabbricatore Fioravanti Fontanella Fornaciari Gallinari Gambardella
    Ghirlandaio Giordani Guicciardi Lanfranchi Lombardi Magnani Malatesta Mancuso Marchetti Montanari Morandini Palmisano
    Pellegrini Pirandola Quaglia Ricciardelli Sanguineti Santoro Scarlatto Spadafora Tagliaferri Tempesta Tornabuoni
    Vendramin Zanetti`,
  ),
  pl: listed(
    `Adelajda Agnieszka Aleksy Alojzy Apolonia Bartosz Błażej Bogdan Bogumiła Bożena Bronisław Cecylia Cezary Cyprian
    Czesława Dariusz Dobrawa Dominika Elżbieta Eugeniusz Fabian Felicja Franciszek Genowefa Gerwazy Grażyna Grzegorz
    Halina Honorata Hubert Ignacy Ireneusz Izydor Jadwiga Jarosław Justyna Kazimiera Klemens Kordelia Krystyna Lucjan
    Ludmiła Maciej Malwina Mieczysław Mirosława Natalia Olgierd Patrycja Przemysław Radosław Rozalia Sławomir Stanisława
    Tadeusz Urszula Wacław Wiesława Zbigniew Zofia`,
    `Adamczyk Andrzejewicz Baranowicz Bednarz Bielak Borkowicz Chmiel Cieślak Czajka Dąbek Domagała Drozd Dudek Dziedzic
    Frączek Gajda Gawron Głowacz Góral Grabarczyk Grzelak Jabłonka Janiszak Jaworek Kaczmarek Kasprzak Kłos Kołodziej
    Kosiorek Krawczyk Kubiak Kwiatek Leśniak Lisiecz Maciąg Majchrzak Matuszak Mazurek Michalak Mikołajczyk Nawrot
    Niedźwiedź Olejnik Owczarek Pawlak Piątek Pietrzak Przybylak Ratajczak Rogala Sikora Skowronek Sobczak Stachowiak
    Szczepaniak Urbaniak Walczak Wawrzyniak Wieczorek Zawadka`,
  ),
}
