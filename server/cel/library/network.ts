import { goQuote } from '../../machinery/go-quote.ts'
import { fn, member, type FunctionDecl, type Implementation } from '../declarations.ts'
import { BOOL, INT, opaque, STRING } from '../types.ts'
import { CelError, noOverloadFor, Opaque, type CelValue } from '../values.ts'
import {
  AddressError,
  addressText,
  contains,
  isMapped,
  masked,
  parseAddress,
  parsePrefix,
  type Address,
  type Prefix,
} from './go-address.ts'

/** IP addresses and CIDRs (apiserver `pkg/cel/library/ip.go`, `cidr.go`). */
export const IP = opaque('net.IP')
export const CIDR = opaque('net.CIDR')

class IpValue extends Opaque {
  readonly typeName = IP.name
  readonly address: Address
  constructor(address: Address) {
    super()
    this.address = address
  }
  equals(other: CelValue): CelValue {
    return other instanceof IpValue ? addressText(this.address) === addressText(other.address) : noOverloadFor(other)
  }
  override get size(): number {
    return this.address.bytes.length
  }
}

class CidrValue extends Opaque {
  readonly typeName = CIDR.name
  readonly prefix: Prefix
  constructor(prefix: Prefix) {
    super()
    this.prefix = prefix
  }
  get text(): string {
    return `${addressText(this.prefix.address)}/${this.prefix.bits}`
  }
  equals(other: CelValue): CelValue {
    return other instanceof CidrValue ? this.text === other.text : noOverloadFor(other)
  }
  override get size(): number {
    return Math.ceil(this.prefix.bits / 8)
  }
}

/** What `parse` makes of a text; its error with a text before it. */
function parsed<T extends CelValue>(parse: () => T, before: string): T | CelError {
  try {
    return parse()
  } catch (error) {
    if (error instanceof AddressError) return new CelError(`${before}${error.message}`)
    throw error
  }
}

function ipOf(text: string): IpValue | CelError {
  const made = parsed(() => new IpValue(parseAddress(text)), `IP Address ${goQuote(text)} parse error during conversion from string: `)
  if (made instanceof CelError) return made
  if (made.address.zone !== '') return new CelError(`IP address ${goQuote(text)} with zone value is not allowed`)
  return isMapped(made.address) ? new CelError(`IPv4-mapped IPv6 address ${goQuote(text)} is not allowed`) : made
}

const CIDR_ERROR = 'network address parse error during conversion from string: '

function cidrOf(text: string): CidrValue | CelError {
  const made = parsed(() => new CidrValue(parsePrefix(text)), CIDR_ERROR + CIDR_ERROR)
  if (made instanceof CelError || !isMapped(made.prefix.address)) return made
  return new CelError(`${CIDR_ERROR}IPv4-mapped IPv6 address ${goQuote(text)} is not allowed`)
}

const text = (value: CelValue | undefined): string => value as string
const bytesOf = (value: CelValue | undefined): readonly number[] => (value as IpValue).address.bytes
const isV4 = (b: readonly number[]): boolean => b.length === 4
const isZero = (b: readonly number[]): boolean => b.every((x) => x === 0)

const isLoopback = (b: readonly number[]): boolean => (isV4(b) ? b[0] === 127 : isZero(b.slice(0, 15)) && b[15] === 1)
const isLinkLocalMulticast = (b: readonly number[]): boolean =>
  isV4(b) ? b[0] === 224 && b[1] === 0 && b[2] === 0 : b[0] === 0xff && (b[1]! & 0x0f) === 2
const isLinkLocalUnicast = (b: readonly number[]): boolean =>
  isV4(b) ? b[0] === 169 && b[1] === 254 : b[0] === 0xfe && (b[1]! & 0xc0) === 0x80
const isMulticast = (b: readonly number[]): boolean => (isV4(b) ? (b[0]! & 0xf0) === 0xe0 : b[0] === 0xff)
const isGlobalUnicast = (b: readonly number[]): boolean =>
  !(isV4(b) && (isZero(b) || b.every((x) => x === 255))) && !isZero(b) && !isLoopback(b) && !isMulticast(b) && !isLinkLocalUnicast(b)

const KINDS: readonly (readonly [name: string, id: string, test: (b: readonly number[]) => boolean])[] = [
  ['isUnspecified', 'ip_is_unspecified', isZero],
  ['isLoopback', 'ip_is_loopback', isLoopback],
  ['isLinkLocalMulticast', 'ip_is_link_local_multicast', isLinkLocalMulticast],
  ['isLinkLocalUnicast', 'ip_is_link_local_unicast', isLinkLocalUnicast],
  ['isGlobalUnicast', 'ip_is_global_unicast', isGlobalUnicast],
]

const containsIp: Implementation = (cidr, ip) => {
  if (ip instanceof CelError) return noOverloadFor(cidr!)
  return contains((cidr as CidrValue).prefix, (ip as IpValue).address)
}
const containsCidr: Implementation = (cidr, other) => {
  if (!(other instanceof CidrValue)) return noOverloadFor(other!)
  const [mine, theirs] = [(cidr as CidrValue).prefix, other.prefix]
  return mine.bits <= theirs.bits && contains(mine, theirs.address)
}

export const network: readonly FunctionDecl[] = [
  {
    name: 'ip',
    overloads: [
      fn('string_to_ip', [STRING], IP, (t) => ipOf(text(t))),
      member('cidr_ip', [CIDR], IP, (c) => new IpValue((c as CidrValue).prefix.address)),
    ],
  },
  { name: 'isIP', overloads: [fn('is_ip', [STRING], BOOL, (t) => !(ipOf(text(t)) instanceof CelError))] },
  {
    name: 'ip.isCanonical',
    overloads: [
      fn('ip_is_canonical', [STRING], BOOL, (t) => {
        const made = ipOf(text(t))
        return made instanceof CelError ? made : addressText(made.address) === t
      }),
    ],
  },
  { name: 'family', overloads: [member('ip_family', [IP], INT, (ip) => (isV4(bytesOf(ip)) ? 4n : 6n))] },
  ...KINDS.map(([name, id, test]) => ({ name, overloads: [member(id, [IP], BOOL, (ip) => test(bytesOf(ip)))] })),
  {
    name: 'string',
    overloads: [
      fn('ip_to_string', [IP], STRING, (ip) => addressText((ip as IpValue).address)),
      fn('cidr_to_string', [CIDR], STRING, (c) => (c as CidrValue).text),
    ],
  },
  { name: 'cidr', overloads: [fn('string_to_cidr', [STRING], CIDR, (t) => cidrOf(text(t)))] },
  { name: 'isCIDR', overloads: [fn('is_cidr', [STRING], BOOL, (t) => !(cidrOf(text(t)) instanceof CelError))] },
  {
    name: 'containsIP',
    overloads: [
      member('cidr_contains_ip_string', [CIDR, STRING], BOOL, (c, t) => containsIp(c!, ipOf(text(t)))),
      member('cidr_contains_ip_ip', [CIDR, IP], BOOL, containsIp),
    ],
  },
  {
    name: 'containsCIDR',
    overloads: [
      member('cidr_contains_cidr_string', [CIDR, STRING], BOOL, (c, t) => containsCidr(c!, cidrOf(text(t)))),
      member('cidr_contains_cidr', [CIDR, CIDR], BOOL, containsCidr),
    ],
  },
  { name: 'prefixLength', overloads: [member('cidr_prefix_length', [CIDR], INT, (c) => BigInt((c as CidrValue).prefix.bits))] },
  { name: 'masked', overloads: [member('cidr_masked', [CIDR], CIDR, (c) => new CidrValue(masked((c as CidrValue).prefix)))] },
]
