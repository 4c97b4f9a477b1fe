export const SHORT_SAMPLE: string = `Angela Merkel met Tim Cook in Berlin on Tuesday to talk about Apple's plans for Germany.

The German chancellor had come from Brussels, where Jens Stoltenberg of NATO and Christine Lagarde of the European Central Bank took part in the talks. "We will see each other again in Davos," she told Reuters.

Later that day Bayern Munich beat Real Madrid 2-1 in the Champions League at the Allianz Arena. Thomas Müller scored twice for the Bavarian side.
`
