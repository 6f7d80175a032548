import { describe, expect, test } from 'vitest'
import { ApiError } from './api-error.ts'
import type { KindView } from './columns.ts'
import { FeedHost } from './feed-host.ts'
import type { FromWorker, ViewData, ViewRequest } from './protocol.ts'
import { FakeClock } from './testing/fake-clock.ts'
import { usageColumns } from './usage-columns.ts'
import { readUsage, usageOfPodMetrics } from './usage-source.ts'
import type { SocketLike } from './watch-socket.ts'

const groups = (...names: string[]): object => ({ groups: names.map((name) => ({ name })) })
const answering = (answers: Record<string, object>, kubelets = false) => {
  const asked: string[] = []
  const get = async (_: string, path: string): Promise<unknown> => {
    asked.push(path)
    const answer = answers[path]
    if (!answer) throw new ApiError({ code: 404, reason: 'NotFound', message: path })
    return answer
  }
  return { asked, source: { get, kubelets: () => kubelets } }
}
const never = new AbortController().signal
const summary = (pods: object[], node: object = {}): object => ({ node, pods })

describe('what objects use', () => {
  test('the metrics API is asked where it is served, in one namespace where one is looked at', async () => {
    const pods = { items: [{ metadata: { name: 'a', namespace: 'n' }, containers: [{ usage: { cpu: '100m', memory: '1Ki' } }] }] }
    const { asked, source } = answering({
      '/apis': groups('apps', 'metrics.k8s.io'),
      '/apis/metrics.k8s.io/v1beta1/namespaces/n/pods': pods,
      '/apis/metrics.k8s.io/v1beta1/nodes': { items: [{ metadata: { name: 'x' }, usage: { cpu: '2', memory: '3' } }] },
    })
    expect(await readUsage(source, 'c', 'pods', 'n', never)).toEqual(new Map([['n/a', { cpu: 0.1, memory: 1024 }]]))
    expect(await readUsage(source, 'c', 'nodes', 'n', never)).toEqual(new Map([['/x', { cpu: 2, memory: 3 }]]))
    expect(asked.filter((path) => path.includes('proxy'))).toEqual([])
  })

  test('kubelets are asked only where they may be, and one that is silent costs its own figures', async () => {
    const answers = {
      '/apis': groups('apps'),
      '/api/v1/nodes': { items: [{ metadata: { name: 'x' } }, { metadata: { name: 'dead' } }] },
      '/api/v1/nodes/x/proxy/stats/summary?only_cpu_and_memory=true': summary(
        [{ podRef: { name: 'a', namespace: 'n' }, cpu: { usageNanoCores: 5e8 }, memory: { workingSetBytes: 7 } }],
        { cpu: { usageNanoCores: 1e9 } },
      ),
    }
    expect(await readUsage(answering(answers).source, 'c', 'pods', undefined, never)).toBeUndefined()
    const { source } = answering(answers, true)
    expect(await readUsage(source, 'c', 'pods', undefined, never)).toEqual(new Map([['n/a', { cpu: 0.5, memory: 7 }]]))
    expect(await readUsage(source, 'c', 'nodes', undefined, never)).toEqual(
      new Map([
        ['/x', { cpu: 1, memory: undefined }],
        ['/dead', { cpu: undefined, memory: undefined }],
      ]),
    )
  })

  test('a pod of which one container tells nothing is not known', () => {
    const containers = [{ usage: { cpu: '1', memory: '2' } }, { usage: { cpu: '1' } }]
    const usage = usageOfPodMetrics([{ metadata: { name: 'a', namespace: 'n' }, containers }, { metadata: { name: 'b', namespace: 'n' } }])
    expect(usage.get('n/a')).toEqual({ cpu: 2, memory: undefined })
    expect(usage.get('n/b')).toEqual({})
  })
})

const view: KindView = {
  trim: (object) => object,
  columns: [{ id: 'name', label: 'name', type: 'text', width: 1, cell: (o) => o.metadata.name }, ...usageColumns],
  usage: 'pods',
  status: () => undefined,
}
const source = { context: 'local', resource: { group: '', version: 'v1', plural: 'pods', namespaced: true } }
const request = (over: Partial<ViewRequest> = {}): ViewRequest => ({ source, filter: '', start: 0, end: 50, hold: false, ...over })
const pod = (name: string): object => ({ metadata: { name, namespace: 'n', uid: name, resourceVersion: '1' } })

function setUp() {
  const clock = new FakeClock()
  const posted: FromWorker[] = []
  let socket: SocketLike | undefined
  const figures: Record<string, string> = { a: '1', b: '2' }
  const asked: string[] = []
  const items = (): object[] =>
    Object.entries(figures).map(([name, cpu]) => ({ metadata: { name, namespace: 'n' }, containers: [{ usage: { cpu, memory: '1Mi' } }] }))
  const host = new FeedHost({
    post: (message) => posted.push(structuredClone(message)),
    connect: () => (socket = { send: () => {}, close: () => {}, onopen: null, onclose: null, onmessage: null }),
    list: async (_, path) => {
      asked.push(path)
      return path === '/apis' ? groups('metrics.k8s.io') : { items: items() }
    },
    clock,
    kinds: { pods: view },
    summaries: {},
  })
  const settle = async (ms = 16): Promise<void> => {
    clock.advance(ms)
    for (let turn = 0; turn < 10; turn++) await Promise.resolve()
    clock.advance(16)
  }
  const load = async (): Promise<void> => {
    socket?.onopen?.(new Event('open'))
    const annotations = { 'k8s.io/initial-events-end': 'true' }
    const lines = [
      ...['a', 'b', 'c'].map((name) => ({ type: 'ADDED', object: pod(name) })),
      { type: 'BOOKMARK', object: { metadata: { resourceVersion: '1', annotations } } },
    ]
    socket?.onmessage?.({ data: JSON.stringify({ id: 1, t: 'data', lines }) } as MessageEvent)
    await settle()
  }
  const shown = (): ViewData => {
    const found = posted.findLast((message) => message.op === 'view')
    if (found?.op !== 'view') throw new Error('no view was told')
    return found.data
  }
  return { host, figures, asked, settle, load, shown }
}

describe('columns of usage', () => {
  test('nothing is asked until they are seen, each 15 s while they are, and nothing after', async () => {
    const { host, asked, settle, load, shown } = setUp()
    host.receive({ op: 'view', id: 1, request: request() })
    await load()
    expect([asked, shown().rows.map(({ cells }) => cells[1])]).toEqual([[], [null, null, null]])
    host.receive({ op: 'view', id: 1, request: request({ usage: true }) })
    await settle()
    expect(asked).toHaveLength(2)
    expect(shown().rows.map(({ cells }) => cells.slice(1, 3))).toEqual([
      ['1', '1.0 MiB'],
      ['2', '1.0 MiB'],
      [null, null],
    ])
    await settle(15_000)
    expect(asked).toHaveLength(4)
    host.receive({ op: 'view', id: 1, request: request({ usage: false }) })
    await settle(60_000)
    expect(asked).toHaveLength(4)
    host.receive({ op: 'view', id: 1, request: request({ usage: true }) })
    await settle()
    host.receive({ op: 'close', id: 1 })
    await settle(60_000)
    expect(asked).toHaveLength(6)
  })

  test('another figure is told without a row being another one, and moves rows where they are sorted by it', async () => {
    const { host, figures, settle, load, shown } = setUp()
    const sort = { column: 'cpuUsed', descending: true }
    host.receive({ op: 'view', id: 1, request: request({ usage: true }) })
    await load()
    await settle()
    const before = shown().rows[0]
    figures.a = '3'
    await settle(15_000)
    const after = shown().rows[0]
    expect([after?.cells[1], after?.version, after?.measured]).toEqual(['3', before?.version, (before?.measured ?? 0) + 1])
    host.receive({ op: 'view', id: 1, request: request({ usage: true, sort }) })
    await settle()
    expect(shown().rows.map(({ name }) => name)).toEqual(['a', 'b', 'c'])
    figures.b = '4'
    delete figures.a
    await settle(15_000)
    expect(shown().rows.map(({ name, cells }) => [name, cells[1]])).toEqual([
      ['b', '4'],
      ['a', null],
      ['c', null],
    ])
  })

  test('the course of what is used: of two readings or more, a gap where one failed, and none from before a pause', async () => {
    const { host, figures, settle, load, shown } = setUp()
    const courses = (): unknown[] => shown().rows.map(({ cells }) => cells[3])
    host.receive({ op: 'view', id: 1, request: request({ usage: true }) })
    await load()
    await settle()
    expect(courses()).toEqual([null, null, null])
    figures.a = '4'
    await settle(15_000)
    expect(courses()).toEqual(['▃█', '██', null])
    delete figures.a
    await settle(15_000)
    expect(courses()).toEqual(['▃█ ', '███', null])
    host.receive({ op: 'view', id: 1, request: request({ usage: false }) })
    await settle()
    host.receive({ op: 'view', id: 1, request: request({ usage: true }) })
    await settle()
    expect(courses()).toEqual([null, null, null])
  })
})
