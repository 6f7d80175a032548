import { statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Api, readKubeconfig } from '../fixtures/api.ts'
import { scratch } from '../fixtures/scratch.ts'
import { type Server, startServer } from '../fixtures/server.ts'

/** Who may do what: client certificates, tokens and nobody. */
const dir = scratch()
const tokens = join(dir.path, 'tokens.csv')
let server: Server
let bare: Api
beforeAll(async () => {
  writeFileSync(tokens, 'mates-token,mate,1\ncaptains-token,captain,2,"system:masters,crew"\n', { mode: 0o600 })
  server = await startServer({ flags: ['--token-auth-file', tokens] })
  const { ca, server: url } = readKubeconfig(server.kubeconfig)
  bare = new Api(url, { ca })
})
afterAll(async () => {
  bare[Symbol.dispose]()
  await server[Symbol.asyncDispose]()
  dir[Symbol.dispose]()
})

interface Status {
  reason: string
  message: string
}

const ask = async (path: string, token: string, method = 'GET'): Promise<[number, string]> => {
  const { status, headers, text, json } = await bare.send(method, path, { token })
  return [status, (headers['content-type'] ?? '').includes('json') && status > 299 ? json<Status>().message : text]
}

describe('identity', () => {
  test('anonymous sees health and version, and nothing else', async () => {
    for (const path of ['/healthz', '/livez', '/readyz']) expect(await ask(path, '')).toEqual([200, 'ok'])
    expect((await ask('/version', ''))[0]).toBe(200)
    expect(await ask('/api', '')).toEqual([403, 'forbidden: User "system:anonymous" cannot get path "/api"'])
    expect(await ask('/api/v1/nodes', '')).toEqual([
      403,
      'nodes is forbidden: User "system:anonymous" cannot list resource "nodes" in API group "" at the cluster scope',
    ])
  })

  test('a token that nobody has is 401, on every path', async () => {
    expect(await ask('/api/v1/nodes', 'wrong')).toEqual([401, 'Unauthorized'])
    expect((await ask('/version', 'wrong'))[0]).toBe(401)
  })

  test('a user without rights sees discovery and gets the reference’s 403', async () => {
    expect((await ask('/api/v1', 'mates-token'))[0]).toBe(200)
    expect(await ask('/api/v1/namespaces/default/pods', 'mates-token')).toEqual([
      403,
      'pods is forbidden: User "mate" cannot list resource "pods" in API group "" in the namespace "default"',
    ])
    expect(await ask('/apis/apps/v1/namespaces/default/deployments/x/scale', 'mates-token', 'PUT')).toEqual([
      403,
      'deployments.apps "x" is forbidden: User "mate" cannot update resource "deployments/scale" in API group "apps" in the namespace "default"',
    ])
  })

  test('a member of system:masters may do all, by token or by certificate', async () => {
    expect((await ask('/api/v1/secrets', 'captains-token'))[0]).toBe(200)
    expect((await server.api.send('GET', '/api/v1/secrets')).status).toBe(200)
  })

  test('the keys and the kubeconfig are the owner’s alone', () => {
    expect(statSync(server.kubeconfig).mode & 0o777).toBe(0o600)
    expect(statSync(join(server.dir, 'data')).mode & 0o077).toBe(0)
  })

  test('the certificate holds for the names and addresses that reach it, and TLS is new', async () => {
    const { ca } = readKubeconfig(server.kubeconfig)
    for (const servername of ['localhost', 'kubernetes.default.svc', 'kubernetes']) {
      const [protocol, alpn, authorized] = await new Promise<[string | null, unknown, boolean]>((resolve, reject) => {
        const socket = connect({ port: server.port, host: '127.0.0.1', ca, servername, ALPNProtocols: ['h2', 'http/1.1'] }, () => {
          resolve([socket.getProtocol(), socket.alpnProtocol, socket.authorized])
          socket.destroy()
        })
        socket.once('error', reject)
      })
      expect([protocol, alpn, authorized], servername).toEqual(['TLSv1.3', 'h2', true])
    }
  })

  test('plain HTTP on the port ends in words', async () => {
    const answer = await fetch(`http://127.0.0.1:${server.port}/healthz`).then(
      async (r) => `${r.status} ${await r.text()}`,
      (e: unknown) => String(e),
    )
    expect(answer).toMatch(/400 Client sent an HTTP request to an HTTPS server|fetch failed/)
  })
})
