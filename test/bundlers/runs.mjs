export const bundlerRuns = () => []
