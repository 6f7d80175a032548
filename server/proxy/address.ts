import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { networkInterfaces } from 'node:os'
import { parseAddress } from '../machinery/ip.ts'
import { badRequest } from '../machinery/status.ts'

/** What of a proxy's target says where a connection goes. */
export interface Destination {
  readonly host: string
  readonly port: number
  /** It is a kubelet, to which the API server shows its certificate. */
  readonly asKubeletClient: boolean
  /** The path is ours and not the caller's, so that the address may be a local one. */
  readonly anyAddress?: boolean
}

/** An address that a connection may be made to. */
export interface ResolvedAddress {
  address: string
  family: 4 | 6
}

/** Addresses of a name; rejects when there are none. */
export type Resolve = (host: string) => Promise<readonly ResolvedAddress[]>

/** Where kubelets of this process listen: the only loopback addresses that a proxy leads to. */
export class LocalKubelets {
  readonly #endpoints = new Map<string, number>()

  /** Lets the proxy through; returns what takes it back. */
  add(address: string, port: number): () => void {
    const key = endpointKey(address, port)
    this.#endpoints.set(key, (this.#endpoints.get(key) ?? 0) + 1)
    return () => {
      const left = (this.#endpoints.get(key) ?? 1) - 1
      if (left === 0) this.#endpoints.delete(key)
      else this.#endpoints.set(key, left)
    }
  }

  has(address: string, port: number): boolean {
    return this.#endpoints.has(endpointKey(address, port))
  }
}

function endpointKey(address: string, port: number): string {
  const parsed = parseAddress(address)
  return parsed === undefined ? `${address} ${port}` : `${parsed.family} ${parsed.bits} ${port}`
}

export interface AddressRules {
  kubelets: LocalKubelets
  /** The port of this API server. */
  ownPort: number
  /** Default: the system's resolver. */
  resolve?: Resolve
  /** Addresses of this machine; default what the system says. */
  ownAddresses?(): readonly string[]
}

const notAllowed = 'address not allowed'

/**
 * The addresses of a target, all of which a connection may be made to; the connection must go to one of them and not look the name up
 * again. Throws 400 where one may not be used (registry/core/node, isProxyableHostname): loopback, link-local, multicast, unspecified
 * and broadcast addresses, but for kubelets of this process, and this server itself.
 */
export async function allowedAddresses(target: Destination, rules: AddressRules): Promise<readonly ResolvedAddress[]> {
  const { host, port } = target
  const addresses = await resolved(host, rules)
  for (const { address } of addresses) {
    if (port === rules.ownPort && isOwn(address, rules)) throw badRequest(notAllowed)
    if (target.anyAddress === true || isGlobalUnicast(address)) continue
    if (!(target.asKubeletClient && rules.kubelets.has(address, port))) throw badRequest(notAllowed)
  }
  return addresses
}

async function resolved(host: string, rules: AddressRules): Promise<readonly ResolvedAddress[]> {
  const family = isIP(host)
  if (family !== 0) return [{ address: host, family: family === 4 ? 4 : 6 }]
  let found: readonly ResolvedAddress[]
  try {
    found = await (rules.resolve ?? systemResolver)(host)
  } catch (e) {
    const { code } = e as NodeJS.ErrnoException
    throw badRequest(`lookup ${host}: ${code === 'ENOTFOUND' ? 'no such host' : (code ?? (e instanceof Error ? e.message : String(e)))}`)
  }
  if (found.length === 0) throw badRequest('no addresses for hostname')
  return found
}

const systemResolver: Resolve = async (host) =>
  (await lookup(host, { all: true, verbatim: true })).map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }))

/** True for this machine's addresses, and for those that lead to it whatever they are. */
function isOwn(address: string, rules: AddressRules): boolean {
  if (!isGlobalUnicast(address)) return true
  const key = endpointKey(address, 0)
  return (rules.ownAddresses ?? machineAddresses)().some((own) => endpointKey(own, 0) === key)
}

const machineAddresses = (): string[] => Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map((i) => i.address))

/** Go's net.IP.IsGlobalUnicast; an IPv4-mapped address is what it maps, and a text that is no address is none. */
export function isGlobalUnicast(text: string): boolean {
  const address = parseAddress(text)
  if (address === undefined) return false
  const { bits } = address
  if (address.family === 4) {
    const first = bits >> 24n
    return bits !== 0n && bits !== 0xffffffffn && first !== 127n && first >> 4n !== 0xen && bits >> 16n !== 0xa9fen
  }
  return bits > 1n && bits >> 120n !== 0xffn && bits >> 118n !== 0x3fan
}
