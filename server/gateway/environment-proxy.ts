import { BlockList, isIP, isIPv6 } from 'node:net'
import { domainToASCII } from 'node:url'

/** A proxy on the way to a cluster. */
export interface Proxy {
  /** May hold a password. */
  url: string
  /** The variable of the environment that names it; none when the kubeconfig does. */
  variable?: string
}

/**
 * The proxy that the environment names for a server, read as Go's `http.ProxyFromEnvironment` does, which kubectl uses for a cluster
 * without a `proxy-url`: names of variables in capitals first, none for this machine, NO_PROXY by name, address, range and port.
 */
export function environmentProxy(server: URL, env: NodeJS.ProcessEnv): Proxy | undefined {
  const first = (...names: string[]): string | undefined => names.find((name) => (env[name] ?? '') !== '')
  const variable = server.protocol === 'https:' ? first('HTTPS_PROXY', 'https_proxy') : first('HTTP_PROXY', 'http_proxy')
  if (variable === undefined) return undefined
  const host = server.hostname.replace(/^\[|\]$/g, '')
  if (host === 'localhost' || loopback.check(host, family(host))) return undefined
  const port = server.port === '' ? (server.protocol === 'https:' ? '443' : '80') : server.port
  const exceptions = first('NO_PROXY', 'no_proxy')
  if (exceptions !== undefined && env[exceptions]?.split(',').some((entry) => isException(entry.trim().toLowerCase(), host, port)))
    return undefined
  const value = env[variable] ?? ''
  const whole = URL.canParse(value) && new URL(value).host !== '' ? value : `http://${value}`
  // Names are the proxy's to look up in both.
  const url = whole.replace(/^socks5h:/i, 'socks5:')
  return URL.canParse(url) ? { url, variable } : undefined
}

const family = (address: string): 'ipv4' | 'ipv6' => (isIPv6(address) ? 'ipv6' : 'ipv4')

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

function isException(entry: string, host: string, port: string): boolean {
  if (entry === '*') return true
  const [, net, bits] = /^(.+)\/(\d{1,3})$/.exec(entry) ?? []
  if (net !== undefined && isIP(net) > 0) return inRange(host, net, Number(bits))
  const [, bracketed, plain, only = ''] = /^(?:\[(.+)\]|([^:]+)):(\d*)$/.exec(entry) ?? []
  const name = bracketed ?? plain ?? entry
  if (only !== '' && only !== port) return false
  if (isIP(name) > 0) return inRange(host, name, isIPv6(name) ? 128 : 32)
  if (isIP(host) > 0) return false
  const domain = domainToASCII(name.replace(/^\*?\./, ''))
  if (domain === '') return false
  return host.endsWith(`.${domain}`) || (host === domain && !/^\*?\./.test(name))
}

function inRange(host: string, net: string, bits: number): boolean {
  if (isIP(host) === 0 || bits > (isIPv6(net) ? 128 : 32)) return false
  const range = new BlockList()
  range.addSubnet(net, bits, family(net))
  return range.check(host, family(host))
}
