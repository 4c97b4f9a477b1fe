/** Fifty invented texts of 1 to 400 words in many scripts, which every runtime recognizes. */

const sentences = [
  'Angela Merkel met Tim Cook in Berlin on Tuesday.',
  'The World Health Organization moved its office from Geneva to Nairobi.',
  'Ajax beat Real Madrid 4-1 at the Bernabéu, and Dušan Tadić scored twice.',
  'Shares of Toyota Motor Corp. fell 2.3 % in Tokyo after the Nikkei opened.',
  "O'Brien, who teaches at Trinity College Dublin, was born in County Mayo.",
  'The Danube flows through Vienna, Bratislava, Budapest and Belgrade.',
  'Nobody at the meeting said anything worth repeating.',
  'Marie Curie shared the 1903 Nobel Prize in Physics with Pierre Curie and Henri Becquerel.',
  'IBM, SAP and the University of São Paulo signed an agreement with Petrobras.',
  'Hurricane Mitch hit Honduras in October; the United Nations sent 300 tonnes of rice.',
  'Lieutenant Uhura and Mr. Spock never visited Llanfairpwllgwyngyll.',
  'He read The Brothers Karamazov twice on the way from St. Petersburg to Vladivostok.',
]

/** `words` words out of the sentences, from sentence `first` on. */
function long(words, first) {
  const list = []
  for (let i = first; list.length < words; i++) list.push(...sentences[i % sentences.length].split(' '))
  return list.slice(0, words).join(' ')
}

export const texts = [
  ...sentences,
  'Berlin',
  'x',
  '.',
  '42',
  'EU rejects German call to boycott British lamb .',
  'JAPAN GET LUCKY WIN , CHINA IN SURPRISE DEFEAT .',
  'angela merkel met tim cook in berlin',
  '東京都はトヨタ自動車の本社がある豊田市より大きい。',
  '习近平在北京会见了安格拉·默克尔。',
  '서울특별시에서 김연아 선수가 기자회견을 열었다.',
  'Владимир Высоцкий родился в Москве и работал в Театре на Таганке.',
  'Ο Νίκος Καζαντζάκης γεννήθηκε στο Ηράκλειο της Κρήτης.',
  'ولد نجيب محفوظ في القاهرة وعمل في جامعة القاهرة.',
  'דוד בן-גוריון נולד בפלונסק ועבר לתל אביב.',
  'महात्मा गांधी का जन्म पोरबंदर में हुआ था।',
  'สมเด็จพระนเรศวรประทับที่อยุธยา',
  'Nguyễn Du viết Truyện Kiều ở Hà Nội.',
  'Þórarinn Eldjárn býr í Reykjavík; Łukasz mieszka w Łodzi, İpek İstanbul’da.',
  'Café Müller in Zürich',
  'Cafe\u0301 Mu\u0308ller in Zu\u0308rich (decomposed)',
  '😀 Barack Obama 🇺🇸 visited 👨‍👩‍👧‍👦 Hawaii 🌺!',
  '𝔸𝕟𝕘𝕖𝕝𝕒 and 𠮷野家 in 東京',
  'A lone \ud83d surrogate in Paris',
  'tab\tnew\nline\r\nnull\u0000zero\u200bwidth\u00a0space in Rome',
  'https://www.example.org/Paris?city=London&q=%20 by user@example.com',
  'U.S.-based Lockheed-Martin (LMT.N) sold $1.5bn of F-16s to Saudi-Arabia/UAE',
  `${'antidisestablishmentarianism'.repeat(5)} in Wales`,
  '«Der Spiegel» – Hamburg … “The Times” — London',
  '   leading and trailing spaces around Oslo   ',
  long(20, 1),
  long(50, 3),
  long(75, 5),
  long(100, 7),
  long(128, 0),
  long(200, 4),
  long(256, 9),
  long(333, 2),
  long(400, 6),
]
