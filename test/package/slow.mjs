export const slowPackageRuns = () => []
