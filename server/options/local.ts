import { absentControllers, controllerNamed, controllerNames } from './controller-names.ts'
import { unreadable } from './files.ts'
import type { Family } from './flag.ts'

export interface LocalOptions {
  /** Empty: none is written. */
  writeKubeconfig: string
  nodes: number
  /** The ServiceAccount `default` of the first namespaces is there from the start. No flag: kube-apiserver leaves it to its controller. */
  defaultAccounts: boolean
  /** Where CAs of clients or of front proxies are given, the server's own is none beside them. No flag: of the drop-in. */
  onlyGivenAuthorities: boolean
  /** `*`, names, and `-name` for all but that one, as in kube-controller-manager. */
  controllers: readonly string[]
  seed: string
  logFormat: string
  verbosity: number
  /** Port of the window's gateway on loopback; 0: where it was last on this data folder, or a free one; -1: no gateway. */
  gatewayPort: number
  /** Opens the window in the system browser. */
  open: boolean
}

const maxNodes = 5000
/** What --controllers takes: the scheduler is a program of its own upstream. */
export const knownControllers: readonly string[] = [
  ...Object.keys(controllerNames),
  'kube-scheduler',
  ...Object.values(controllerNames).filter((alias) => alias !== ''),
]

const logFormats = ['json', 'text']

export const local: Family<LocalOptions> = {
  title: 'Local control plane',
  defaults: {
    writeKubeconfig: '',
    nodes: 1,
    defaultAccounts: true,
    onlyGivenAuthorities: false,
    controllers: ['*'],
    seed: '',
    logFormat: 'json',
    verbosity: 0,
    gatewayPort: -1,
    open: false,
  },
  flags: {
    'write-kubeconfig': {
      field: 'writeKubeconfig',
      type: 'string',
      help: 'Writes a kubeconfig with admin rights to this file as well, for its owner only. One is always in --data-dir.',
    },
    nodes: { field: 'nodes', type: 'int', help: 'Simulated nodes.' },
    controllers: {
      field: 'controllers',
      type: 'strings',
      help: 'Controllers to run: * for all, name for one, -name for all but it, empty for none.',
    },
    seed: { field: 'seed', type: 'string', help: 'File of objects (YAML or JSON) to start with.' },
    'log-format': { field: 'logFormat', type: 'string', help: 'json (one object a line) or text, on standard error.' },
    'gateway-port': {
      field: 'gatewayPort',
      type: 'int',
      help: 'Serves the window on this loopback port; 0 takes a free one, and the same at the next start.',
    },
    open: { field: 'open', type: 'bool', help: 'Opens the window in the system browser.' },
    v: { field: 'verbosity', type: 'int', shorthand: 'v', help: 'Verbosity of the log; from 3 on every request is in it.' },
  },
  validate(o) {
    const errors = unreadable({ seed: o.seed })
    if (o.nodes < 0 || o.nodes > maxNodes) errors.push(`--nodes ${o.nodes} must be between 0 and ${maxNodes}`)
    for (const wish of o.controllers) {
      const name = wish.replace(/^-/, '')
      if (name !== '*' && !knownControllers.includes(name)) errors.push(`${JSON.stringify(name)} is not in the list of known controllers`)
    }
    if (!logFormats.includes(o.logFormat))
      errors.push(`--log-format ${JSON.stringify(o.logFormat)} must be one of ${logFormats.join(', ')}`)
    if (o.gatewayPort < -1 || o.gatewayPort > 65535) errors.push(`--gateway-port ${o.gatewayPort} must be between 0 and 65535, inclusive`)
    if (o.verbosity < 0 || o.verbosity > 10) errors.push(`-v ${o.verbosity} must be between 0 and 10`)
    return errors
  },
  warnings: ({ controllers }) =>
    [...new Set(controllers.map(controllerNamed))].flatMap((name) =>
      Object.hasOwn(absentControllers, name) ? [`--controllers: ${name} does not run: ${absentControllers[name]}`] : [],
    ),
}
