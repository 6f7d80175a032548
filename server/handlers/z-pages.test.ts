import { describe, expect, test } from 'vitest'
import { FakeClock } from '../machinery/clock.ts'
import { isStatusError } from '../machinery/status.ts'
import type { RequestContext } from '../request/context.ts'
import { zPages } from './z-pages.ts'

const clock = new FakeClock()
const serve = zPages({
  clock,
  startedMs: clock.now() - 3_661_000,
  flags: () => ({ v: '2', 'etcd-servers': '[a,b]' }),
  paths: () => ['/version', '/readyz', '/readyz/ping', '/openapi/v3', '/flagz', '/.well-known/x'],
  random: () => 0.5,
})

interface Answer {
  status: number
  type: string
  text: string
  warnings: string[]
}

function ask(path: string, accept?: string, cbor = false): Answer | undefined {
  let answer: Answer | undefined
  const warnings: string[] = []
  const exchange = {
    headers: { accept },
    respond: (status: number, headers: Record<string, string>, body: Buffer) =>
      void (answer = { status, type: headers['content-type']!, text: body.toString(), warnings }),
  }
  const ctx = { requestInfo: { path, query: new URLSearchParams() }, exchange, warnings, cbor } as unknown as RequestContext
  expect(serve(ctx)).toBe(answer !== undefined)
  return answer
}

const NOTE =
  'Warning: This endpoint is not meant to be machine parseable, has no formatting compatibility guarantees and is for debugging purposes only.'

describe('pages on the state and the flags of a server', () => {
  test('are text unless their kind is asked for', () => {
    const text = `
apiserver statusz
${NOTE}

Started= Wed Dec 31 22:58:59 UTC 2025
Up= 1 hr 01 min 01 sec
Go version= node${process.versions.node}
Binary version= 1.37.2
Emulation version= 1.37
Paths= /flagz /readyz /version
`
    expect(ask('/statusz')).toEqual({ status: 200, type: 'text/plain; charset=utf-8', text, warnings: [] })
    expect(ask('/statusz', '*/*')?.text).toBe(text)
    expect(ask('/flagz', 'text/plain')?.text).toBe(`\napiserver flagz\n${NOTE}\netcd-servers=[a,b]\nv=2\n`)
    expect(ask('/statusz/')).toBe(undefined)
  })

  test('are objects in JSON, YAML, and CBOR behind its gate; the first version says that it is old', () => {
    const params = (version: string, kind = 'Statusz'): string => `;v=${version};g=config.k8s.io;as=${kind}`
    const answer = ask('/statusz', `application/json${params('v1beta1')}`)
    expect(answer).toMatchObject({ status: 200, type: 'application/json;g=config.k8s.io;v=v1beta1;as=Statusz', warnings: [] })
    expect(JSON.parse(answer!.text)).toEqual({
      ...{ kind: 'Statusz', apiVersion: 'config.k8s.io/v1beta1', metadata: { name: 'apiserver' } },
      ...{ startTime: '2025-12-31T22:58:59Z', uptimeSeconds: 3661, goVersion: `node${process.versions.node}` },
      ...{ binaryVersion: '1.37.2', emulationVersion: '1.37', paths: ['/flagz', '/readyz', '/version'] },
    })
    expect(ask('/flagz', `application/yaml${params('v1alpha1', 'Flagz')}`)).toMatchObject({
      text: expect.stringContaining("flags:\n  etcd-servers: '[a,b]'\n") as string,
      warnings: ['This version of the flagz endpoint is deprecated. Please use a newer version.'],
    })
    expect(ask('/flagz', `application/cbor${params('v1beta1', 'Flagz')}`, true)?.type).toContain('application/cbor;')
  })

  test.each([
    'application/json',
    'text/html',
    'application/json;v=v1;g=config.k8s.io;as=Statusz',
    'application/json;v=v1beta1;g=config.k8s.io;as=Flagz',
  ])('%s is nothing that is had', (accept) => {
    try {
      ask('/statusz', accept)
      expect.unreachable()
    } catch (e) {
      expect(isStatusError(e) && [e.code, e.message]).toEqual([
        406,
        'only the following media types are accepted: application/json, application/yaml, text/plain',
      ])
    }
  })
})
