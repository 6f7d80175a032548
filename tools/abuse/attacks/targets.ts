import type { Arena, Attack } from '../attack.ts'
import { type Ask, Client, inNamespace, many as parallel, requests } from '../client.ts'

const ROOM = 60_000
const LONG = 1_000_000

/** The same target many times: by nobody, since targets are read before anybody is asked who they are. */
const target = (name: string, path: string, times: number, token = ''): Attack =>
  requests(`targets/${name}`, (arena) => Array.from({ length: arena.times(times) }, () => ({ path, token })))

const LISTED = 2000
const many = (n: number, each: (i: number) => string, between = ','): string => Array.from({ length: n }, (_, i) => each(i)).join(between)

/** Lists of many objects by a selector that fills a target. */
const selector = (name: string, query: string, times = 20): Attack => ({
  ...requests(`selectors/${name}`, async (arena): Promise<Ask[]> => {
    await makeObjects(arena)
    return Array.from({ length: arena.times(times) }, () => ({ path: `/api/v1/configmaps?${query}`, token: arena.target.token }))
  }),
  cleanUp: (arena) => removeObjects(arena),
})

async function makeObjects(arena: Arena): Promise<void> {
  const client = new Client(arena)
  const n = arena.times(LISTED)
  await parallel(arena, n, 20, async (i) => {
    const metadata = { name: `listed-${i}`, labels: { abuse: 'listed', a: String(i), b: 'x' } }
    await client.must({ method: 'POST', path: inNamespace(arena, 'configmaps'), body: { apiVersion: 'v1', kind: 'ConfigMap', metadata } })
  })
  client.close()
}

async function removeObjects(arena: Arena): Promise<void> {
  const client = new Client(arena)
  await client.ask({
    method: 'DELETE',
    path: `${inNamespace(arena, 'configmaps')}?labelSelector=abuse%3Dlisted`,
    token: arena.target.token,
  })
  client.close()
}

export const targets: readonly Attack[] = [
  target('1 MB of &', `/api/v1/pods?watch%${'&%'.repeat(LONG / 2)}`, 5),
  target('60 KB of &', `/api/v1/pods?watch%${'&%'.repeat(ROOM / 2)}`, 200),
  target('60 KB of pairs', `/api/v1/pods?${'a&'.repeat(ROOM / 2)}`, 200),
  target('60 KB of =', `/livez?${'='.repeat(ROOM)}`, 200),
  target('60 KB of one parameter', `/api/v1/pods?${'watch=1&'.repeat(ROOM / 8)}`, 200),
  target('60 KB of escapes', `/api/v1/pods?a=${'%C3%A9'.repeat(ROOM / 6)}`, 200),
  target('60 KB of broken escapes', `/api/v1/pods?a=${'%'.repeat(ROOM)}`, 200),
  target('60 KB of +', `/api/v1/pods?fieldSelector=${'+'.repeat(ROOM)}`, 200),
  target('60 KB of slashes', `/${'/'.repeat(ROOM)}`, 200),
  target('60 KB of dots', `/api/${'../'.repeat(ROOM / 3)}`, 200),
  target('60 KB of segments', `/api/v1/namespaces/${'a/'.repeat(ROOM / 2)}`, 200),
  target('60 KB of escaped slashes', `/api/v1/nodes/${'%2f'.repeat(ROOM / 3)}`, 200),
  target('60 KB of a name', `/api/v1/namespaces/x/pods/${'a'.repeat(ROOM)}`, 200),
]

export const selectors: readonly Attack[] = [
  selector('10,000 values', `labelSelector=a%20in%20(${many(10_000, (i) => String(i))})`),
  selector('5,000 requirements', `labelSelector=${many(5000, (i) => `k${i}!%3Dv`)}`),
  selector('5,000 of one key', `labelSelector=${many(5000, (i) => `a!%3D${i}x`)}`),
  selector('field requirements', `fieldSelector=${many(1500, (i) => `metadata.name!%3Dn${i}`)}`),
  selector('parentheses', `labelSelector=a%20in%20${'('.repeat(ROOM)}`, 100),
  selector('commas', `labelSelector=${','.repeat(ROOM)}`, 100),
  selector('backslashes', `fieldSelector=${'%5C'.repeat(ROOM / 3)}`, 100),
  selector('continue of 60 KB', `limit=1&continue=${'A'.repeat(ROOM)}`, 100),
  selector('continue of brackets', `limit=1&continue=${Buffer.from('['.repeat(40_000)).toString('base64url')}`, 100),
  selector('a version of 60 KB', `resourceVersion=${'9'.repeat(ROOM)}`, 100),
]
