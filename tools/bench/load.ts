import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { join } from 'node:path'
import { promisify } from 'node:util'

const exec = promisify(execFile)

export interface LoadFigures {
  create: number
  get: number
  listAny: number
  list: number
  listGzip: number
  list500: number
  /** Gzipped protobuf, as client-go asks for: the first one in milliseconds, and then how many a second. */
  firstProtobufMs: number
  listProtobuf: number
  /** MB of one plain list. */
  listMB: number
}

/** A pod as it is made over and over. */
export const POD = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    generateName: 'bench-',
    labels: { app: 'bench', tier: 'web' },
    annotations: { note: 'a benchmark pod with a realistic body' },
  },
  spec: {
    automountServiceAccountToken: false,
    schedulerName: 'nobody',
    containers: [
      {
        name: 'web',
        image: 'nginx:1.25',
        ports: [{ containerPort: 80, name: 'http' }],
        env: [
          { name: 'A', value: '1' },
          { name: 'B', value: '2' },
        ],
        resources: { requests: { cpu: '100m', memory: '64Mi' }, limits: { cpu: '200m', memory: '128Mi' } },
        readinessProbe: { httpGet: { path: '/', port: 80 }, periodSeconds: 5 },
      },
    ],
  },
}

/** Names may collide: a run counts when all but this share of the requests got a 2xx. */
const MAY_FAIL = 0.002

export function api(url: string, token: string, method: string, path: string, body?: unknown): Promise<{ status: number; body: Buffer }> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) }
    const req = request(`${url}${path}`, { method, rejectUnauthorized: false, agent: false, headers }, (res) => {
      const chunks: Buffer[] = []
      res.on('data', (c: Buffer) => chunks.push(c))
      res.on('end', () => resolve({ status: res.statusCode ?? 0, body: Buffer.concat(chunks) }))
    })
    req.once('error', reject)
    req.end(body === undefined ? undefined : JSON.stringify(body))
  })
}

/** A namespace in which pods can be made: it has its ServiceAccount `default`, whether or not a control loop makes one. */
export async function createNamespace(url: string, token: string, name: string): Promise<void> {
  await api(url, token, 'POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
  for (let i = 0; i < 20; i++) {
    const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } }
    const { status } = await api(url, token, 'POST', `/api/v1/namespaces/${name}/serviceaccounts`, account)
    if (status === 201 || status === 409) break
    await new Promise((r) => setTimeout(r, 200))
  }
}

/** Called with each row of the table and what measures it, which it has to run: for whoever looks at the server meanwhile. */
export type Around = <T>(row: string, run: () => Promise<T>) => Promise<T>

/** The same HTTP/2 load on any API server: `pods` pods are created in a fresh namespace, then read in all the usual ways. */
export async function load(
  h2load: string,
  url: string,
  token: string,
  pods: number,
  dir: string,
  around: Around = (_, run) => run(),
): Promise<LoadFigures> {
  const ns = `load-${Math.random().toString(36).slice(2, 10)}`
  await createNamespace(url, token, ns)
  const file = join(dir, 'pod.json')
  writeFileSync(file, JSON.stringify(POD))
  const path = `${url}/api/v1/namespaces/${ns}/pods`
  const rate = async (n: number, connections: number, streams: number, to: string, ...more: string[]): Promise<number> => {
    const args = [
      '-H',
      `Authorization: Bearer ${token}`,
      '-H',
      'Content-Type: application/json',
      '-n',
      String(n),
      '-c',
      String(connections),
      '-m',
      String(streams),
      ...more,
      to,
    ]
    const { stdout } = await exec(h2load, args, { maxBuffer: 1 << 24 })
    const ok = Number(/status codes: (\d+) 2xx/.exec(stdout)?.[1] ?? 0)
    return ok >= n * (1 - MAY_FAIL) ? Number(/finished in [^,]+, ([\d.]+) req\/s/.exec(stdout)?.[1] ?? 0) : 0
  }
  const create = await around('creates', () => rate(pods, 4, 10, path, '-d', file))
  const first = JSON.parse((await api(url, token, 'GET', `/api/v1/namespaces/${ns}/pods?limit=1`)).body.toString()) as {
    items: { metadata: { name: string } }[]
  }
  const get = await around('gets', () => rate(20_000, 4, 10, `${path}/${first.items[0]!.metadata.name}`))
  const listAny = await around('lists, resourceVersion=0', () => rate(20, 2, 1, `${path}?resourceVersion=0`))
  const list = await around('lists', () => rate(20, 2, 1, path))
  const listGzip = await around('gzipped lists', () => rate(20, 2, 1, path, '-H', 'Accept-Encoding: gzip'))
  const list500 = await around('lists of 500', () => rate(200, 2, 1, `${path}?limit=500`))
  const protobuf = ['-H', 'Accept: application/vnd.kubernetes.protobuf', '-H', 'Accept-Encoding: gzip']
  // What is made once and kept does not belong to a rate.
  const firstProtobufMs = await around('first gzipped protobuf list', async () => 1000 / (await rate(1, 1, 1, path, ...protobuf)))
  const listProtobuf = await around('gzipped protobuf lists', () => rate(20, 2, 1, path, ...protobuf))
  const listMB = (await api(url, token, 'GET', `/api/v1/namespaces/${ns}/pods`)).body.length / 1e6
  await api(url, token, 'DELETE', `/api/v1/namespaces/${ns}`)
  return { create, get, listAny, list, listGzip, list500, firstProtobufMs, listProtobuf, listMB }
}
