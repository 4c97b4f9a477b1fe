/** The version of iobert; build.mjs inserts the one of package.json. */
export const version: string = 'not built'
