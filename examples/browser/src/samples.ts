/** Texts of the kinds that people paste. All names are made up or public. */
export const SAMPLES: Readonly<Record<string, string>> = {
  mail: `From: Ngozi Adeyemi <ngozi@northwind.example>
To: Luca Bianchi
Subject: Thursday in Rotterdam

Hi Luca,

thanks for sending the draft to Xavier Ndiaye-Dubois. He showed it to Kim Min-jun of Hanwha on the plane back from Seoul, and both liked it. Could you bring the Spanish version to Rotterdam on Thursday? Shauna O'Neill from the port authority wants to read it before she signs.

The hotel is the Bilderberg near the Erasmus bridge. Jean-Luc's train from Antwerp gets in at 9.40.

Best,
Ngozi
`,
  chat: `[09:02] maya: morning! did anyone hear from Tomasz?
[09:03] dev_raj: he's still in Kraków, back on friday
[09:03] maya: ok. then Priya has to call Siemens about the Munich order
[09:05] Priya: on it 👍 who is my contact there? Herr Vogel?
[09:06] dev_raj: no, Anke Vogel left in may. ask for Mehmet Yılmaz
[09:07] maya: and someone please tell Amazon that the Leipzig warehouse is closed monday
`,
  lower: `angela merkel met tim cook in berlin last tuesday. they talked about apple and the future of germany.

my sister fatima moved from casablanca to montreal and works for air canada now. her friend björn says hi from gothenburg.
`,
  log: `2024-03-11T08:14:02Z INFO  [auth] login ok user="Marta Kowalska" ip=10.2.0.17 city=Warsaw
2024-03-11T08:14:05Z WARN  [mail] delivery delayed to Hiroshi Nakamura, relay mx2 in Frankfurt
2024-03-11T08:15:41Z ERROR [pay] card refused by Deutsche Bank for order 88213 (Amara Okafor, Lagos)
2024-03-11T08:16:00Z INFO  [cron] backup of nodes in Dublin and Oregon done in 41 s
`,
}
