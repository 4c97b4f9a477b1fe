// #region config
export default {
  // Node loads the package as it is installed: a bundle of it would not know where its model is.
  serverExternalPackages: ['iobert'],
  // A server with all that it needs, in .next/standalone. Files that are read, not imported, are not seen by themselves.
  output: 'standalone',
  // Else Next.js takes a folder above for the project's where that has a lock file too.
  outputFileTracingRoot: import.meta.dirname,
  outputFileTracingIncludes: { '/api/entities': ['./node_modules/iobert/weights/**/*'] },
}
// #endregion
