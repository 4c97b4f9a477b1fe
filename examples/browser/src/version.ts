/** The version of iobert; build.mjs puts in that of package.json. */
export const version: string = 'not built'
