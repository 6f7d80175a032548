/** The API that is served, and by what: k3s and others mark themselves after a `+` too, which semver ignores. */
export const KUBERNETES_VERSION = 'v1.37.2'
export const GIT_VERSION = `${KUBERNETES_VERSION}+binnacle`

export const versionInfo = {
  major: '1',
  minor: '37',
  emulationMajor: '1',
  emulationMinor: '37',
  minCompatibilityMajor: '1',
  minCompatibilityMinor: '36',
  gitVersion: GIT_VERSION,
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '1970-01-01T00:00:00Z',
  goVersion: `node${process.versions.node}`,
  compiler: 'v8',
  platform: `${process.platform === 'win32' ? 'windows' : process.platform}/${process.arch === 'x64' ? 'amd64' : process.arch}`,
}
