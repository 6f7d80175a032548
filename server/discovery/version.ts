/** The API that is served, and by what: k3s and others mark themselves after a `+` too, which semver ignores. */
export const KUBERNETES_VERSION = 'v1.37.2'
export const GIT_VERSION = `${KUBERNETES_VERSION}+binnacle`

let reported = GIT_VERSION

/** What this process says it is from now on (`--version=v…`; component-base, SetDynamicVersion, is one for the process as well). */
export function reportVersion(version: string): void {
  reported = version
}

export const versionInfo = {
  major: '1',
  minor: '37',
  emulationMajor: '1',
  emulationMinor: '37',
  minCompatibilityMajor: '1',
  minCompatibilityMinor: '36',
  get gitVersion(): string {
    return reported
  },
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '1970-01-01T00:00:00Z',
  goVersion: `node${process.versions.node}`,
  compiler: 'v8',
  platform: `${process.platform === 'win32' ? 'windows' : process.platform}/${process.arch === 'x64' ? 'amd64' : process.arch}`,
}

const GO_NAMES: readonly (readonly [string, keyof typeof versionInfo])[] = [
  ['Major', 'major'],
  ['Minor', 'minor'],
  ['EmulationMajor', 'emulationMajor'],
  ['EmulationMinor', 'emulationMinor'],
  ['MinCompatibilityMajor', 'minCompatibilityMajor'],
  ['MinCompatibilityMinor', 'minCompatibilityMinor'],
  ['GitVersion', 'gitVersion'],
  ['GitCommit', 'gitCommit'],
  ['GitTreeState', 'gitTreeState'],
  ['BuildDate', 'buildDate'],
  ['GoVersion', 'goVersion'],
  ['Compiler', 'compiler'],
  ['Platform', 'platform'],
]

/** `--version=raw`: as Go prints a version.Info by %#v. */
export const rawVersion = (): string =>
  `version.Info{${GO_NAMES.map(([name, field]) => `${name}:${JSON.stringify(versionInfo[field])}`).join(', ')}}`
