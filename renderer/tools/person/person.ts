/** Whom a kubeconfig is for, and what it opens: as it is typed. */
export interface Person {
  name: string
  /** Of the certificate, with commas between; a service account has those of its namespace. */
  groups: string
  /** '' is everywhere for the role, `default` for the account. */
  namespace: string
  /** A ClusterRole, or `Role/NAME`; '' binds none. */
  role: string
  by: 'certificate' | 'token'
  /** `24h`, `90m`, `7d`. */
  expires: string
  /** '' is the address that this window uses. */
  server: string
}

export const nobody: Person = { name: '', groups: '', namespace: '', role: 'view', by: 'certificate', expires: '24h', server: '' }

export type Fault = 'name' | 'account' | 'expires' | 'short' | 'long' | 'roleNeedsNamespace' | 'server'

const seconds: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400 }

/** `1h30m` and `7d` in seconds; undefined for anything else. */
export function readDuration(text: string): number | undefined {
  const trimmed = text.trim()
  if (!/^(?:\d+(?:\.\d+)?[smhd])+$/.test(trimmed)) return undefined
  let sum = 0
  for (const [, amount, unit = ''] of trimmed.matchAll(/(\d+(?:\.\d+)?)([smhd])/g)) sum += Number(amount) * (seconds[unit] ?? 0)
  return Math.floor(sum)
}

const shortest = 600
const longest = 2 ** 31 - 1
/** As a service account is called (RFC 1123). */
const accountName = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/

/** What keeps it from being sent, by field; a server has the last word on the rest. */
export function faultsOf({ name, namespace, role, by, expires, server }: Person): Partial<Record<keyof Person, Fault>> {
  const faults: Partial<Record<keyof Person, Fault>> = {}
  if (name.trim() === '') faults.name = 'name'
  else if (by === 'token' && (!accountName.test(name.trim()) || name.trim().length > 253)) faults.name = 'account'
  const time = readDuration(expires)
  if (time === undefined) faults.expires = 'expires'
  else if (time < shortest) faults.expires = 'short'
  else if (time > longest) faults.expires = 'long'
  if (role.trim().startsWith('Role/') && namespace.trim() === '') faults.role = 'roleNeedsNamespace'
  if (server.trim() !== '' && !isAddress(server.trim())) faults.server = 'server'
  return faults
}

const isAddress = (text: string): boolean => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)

/** Where an account and its token are made. */
export const accountNamespace = ({ namespace }: Person): string => namespace.trim() || 'default'

export const groupsOf = ({ by, groups }: Person): string[] =>
  by === 'token'
    ? []
    : groups
        .split(',')
        .map((group) => group.trim())
        .filter(Boolean)

/** The role to bind; undefined for none. */
export function roleOf({ role }: Person): { kind: 'Role' | 'ClusterRole'; name: string } | undefined {
  const text = role.trim()
  if (text === '') return undefined
  return text.startsWith('Role/') ? { kind: 'Role', name: text.slice('Role/'.length) } : { kind: 'ClusterRole', name: text }
}
