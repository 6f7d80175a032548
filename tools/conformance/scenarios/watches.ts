import type { Scenario, Session } from '../session.ts'

const cm = (name: string, labels: Record<string, string> = {}, data: Record<string, string> = {}): object => ({
  metadata: { name, labels },
  data,
})
const BOOKMARKS = 'allowWatchBookmarks=true'
const INITIAL = `${BOOKMARKS}&sendInitialEvents=true&resourceVersionMatch=NotOlderThan`

async function versionOf(s: Session, path: string): Promise<string> {
  return ((await s.quiet({ path })).json.metadata as { resourceVersion: string }).resourceVersion
}

/** A set of writes that moves objects in and out of selections. */
async function writes(s: Session, all: string): Promise<void> {
  const merge = (name: string, body: object): Promise<unknown> =>
    s.quiet({
      method: 'PATCH',
      path: `${all}/${name}`,
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/merge-patch+json' },
    })
  await s.quiet({ method: 'POST', path: all, body: cm('a', { in: 'yes' }) })
  await s.quiet({ method: 'POST', path: all, body: cm('b', { in: 'no' }) })
  await merge('a', { data: { x: '1' } })
  await merge('b', { metadata: { labels: { in: 'yes' } } })
  await merge('a', { metadata: { labels: { in: 'no' } } })
  await merge('a', { metadata: { labels: { in: 'no' } } })
  await merge('b', { metadata: { finalizers: ['example.com/f'] } })
  await s.quiet({ method: 'DELETE', path: `${all}/b` })
  await merge('b', { metadata: { finalizers: null } })
  await s.quiet({ method: 'DELETE', path: `${all}/a` })
}

export const watches: readonly Scenario[] = [
  {
    name: 'watch events',
    async run(s) {
      const ns = await s.namespace('watch-events')
      const all = `/api/v1/namespaces/${ns}/configmaps`
      const from = await versionOf(s, all)
      await writes(s, all)
      const at = (query: string): string => `${all}?watch=true&resourceVersion=${from}${query}`
      const accepts: readonly [string, string][] = [
        ['json', 'application/json'],
        ['table', 'application/json;as=Table;v=v1;g=meta.k8s.io'],
        ['partial', 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io'],
      ]
      for (const [name, accept] of accepts) {
        await s.events(`everything, ${name}`, await s.watch(at(''), { accept }), 9)
        await s.events(`by label, ${name}`, await s.watch(at('&labelSelector=in%3Dyes'), { accept }), 7)
      }
      await s.events('by missing label', await s.watch(at('&labelSelector=in%21%3Dyes')), 5)
      await s.events('by name', await s.watch(at('&fieldSelector=metadata.name%3Db')), 5)
      await s.events('by another name', await s.watch(at('&fieldSelector=metadata.name%21%3Db')), 4)
      await s.events(
        'by namespace',
        await s.watch(`/api/v1/configmaps?watch=true&resourceVersion=${from}&fieldSelector=metadata.namespace%3D${ns}`),
        9,
      )
      await s.events('old path of a collection', await s.watch(`/api/v1/watch/namespaces/${ns}/configmaps?resourceVersion=${from}`), 9)
      await s.events('old path of an object', await s.watch(`/api/v1/watch/namespaces/${ns}/configmaps/b?resourceVersion=${from}`), 5)
      await s.events(
        'old path of all',
        await s.watch(`/api/v1/watch/configmaps?resourceVersion=${from}&fieldSelector=metadata.namespace%3D${ns}`),
        9,
      )
      await s.events('a get with watch', await s.watch(`${all}/b?watch=true&resourceVersion=${from}`), 5)
      await s.events('table without objects', await s.watch(at('&includeObject=None'), { accept: accepts[1]![1] }), 9)
      await s.events('table with objects', await s.watch(at('&includeObject=Object'), { accept: accepts[1]![1] }), 9)
      await s.events('from version 1', await s.watch(`${all}?watch=true&resourceVersion=1`), 1, 1500)
      await s.events('timeout', await s.watch(`${all}?watch=true&timeoutSeconds=1`), 5, 2500)
      await s.events(
        'timeout with bookmarks',
        await s.watch(`${all}?watch=true&timeoutSeconds=1&${BOOKMARKS}&resourceVersion=${from}`),
        20,
        2500,
      )
    },
  },
  {
    name: 'watch starts',
    async run(s) {
      const ns = await s.namespace('watch-starts')
      const all = `/api/v1/namespaces/${ns}/configmaps`
      await s.quiet({ method: 'POST', path: all, body: cm('a') })
      await s.quiet({ method: 'POST', path: all, body: cm('b') })
      const now = await versionOf(s, all)
      const watch = (query: string, headers?: Readonly<Record<string, string>>) => s.watch(`${all}?watch=true&${query}`, headers)
      await s.events('unset', await watch(''), 2)
      await s.events('zero', await watch('resourceVersion=0'), 2)
      await s.events('now', await watch(`resourceVersion=${now}`), 0, 300)
      await s.events('initial', await watch(INITIAL), 3)
      await s.events('initial from zero', await watch(`${INITIAL}&resourceVersion=0`), 3)
      await s.events('initial from now', await watch(`${INITIAL}&resourceVersion=${now}`), 3)
      await s.events(
        'initial, none wanted',
        await watch(`${BOOKMARKS}&sendInitialEvents=false&resourceVersionMatch=NotOlderThan&resourceVersion=0`),
        0,
        300,
      )
      await s.events('initial by label', await watch(`${INITIAL}&labelSelector=none`), 1)
      await s.events(
        'initial, partial',
        await watch(INITIAL, { accept: 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io' }),
        3,
      )
      await s.events('initial, table', await watch(INITIAL, { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' }), 3)
      await s.events('initial without bookmarks', await watch('sendInitialEvents=true&resourceVersionMatch=NotOlderThan'), 2)
      const stream = await watch(`resourceVersion=${now}&${BOOKMARKS}`)
      await s.quiet({ method: 'POST', path: all, body: cm('c') })
      await s.events('live', stream, 1)
      await s.events('further than any number', await watch('resourceVersion=18446744073709551616'), 1)
      const late = await watch('resourceVersion=0')
      await late.lines(3)
      await s.quiet({ method: 'DELETE', path: `${all}/a` })
      await s.events('live after the state', late, 4)
    },
  },
  {
    name: 'watch of pods that are deleted',
    async run(s) {
      const ns = await s.namespace('watch-pods')
      const all = `/api/v1/namespaces/${ns}/pods`
      const from = await versionOf(s, all)
      const pod = (name: string, nodeName?: string): object => ({
        metadata: { name },
        spec: { nodeName, containers: [{ name: 'c', image: 'a:1' }] },
      })
      await s.quiet({ method: 'POST', path: all, body: pod('free') })
      await s.quiet({ method: 'POST', path: all, body: pod('bound', 'n1') })
      await s.quiet({ method: 'DELETE', path: `${all}/free` })
      await s.quiet({ method: 'DELETE', path: `${all}/bound` })
      await s.quiet({ method: 'DELETE', path: `${all}/bound`, body: { gracePeriodSeconds: 0 } })
      await s.events('all', await s.watch(`${all}?watch=true&resourceVersion=${from}`), 7)
      await s.events('by node', await s.watch(`${all}?watch=true&resourceVersion=${from}&fieldSelector=spec.nodeName%3Dn1`), 4)
      await s.events('without a node', await s.watch(`${all}?watch=true&resourceVersion=${from}&fieldSelector=spec.nodeName%3D`), 3)
    },
  },
  {
    name: 'list options',
    async run(s) {
      const ns = await s.namespace('list-options')
      const all = `/api/v1/namespaces/${ns}/configmaps`
      for (const name of ['a', 'b', 'c', 'd', 'e'])
        await s.quiet({ method: 'POST', path: all, body: cm(name, { parity: name < 'c' ? 'low' : 'high' }) })
      const before = await versionOf(s, all)
      await s.quiet({ method: 'DELETE', path: `${all}/c` })
      const now = await versionOf(s, all)
      const list = (label: string, query: string) => s.get(label, `${all}?${query}`)
      const pages = async (name: string, query: string): Promise<void> => {
        let token = ''
        for (let i = 0; i < 6; i++) {
          const page = await list(`${name}, page ${i}`, `${query}${token === '' ? '' : `&continue=${token}`}`)
          token = (page.json.metadata as { continue?: string } | undefined)?.continue ?? ''
          if (token === '') return
          if (i === 0) await s.quiet({ method: 'POST', path: all, body: cm(`e-${name.replace(/\W/g, '')}`) })
        }
      }
      await pages('limit 2', 'limit=2')
      await pages('limit 2 by label', 'limit=2&labelSelector=parity%3Dlow')
      await pages('limit 1 at a version', `limit=1&resourceVersion=${before}&resourceVersionMatch=Exact`)
      await pages('limit 2 at a version, unset', `limit=2&resourceVersion=${now}`)
      await list('limit and zero', 'limit=2&resourceVersion=0')
      await list('limit as large as the list', 'limit=500')
      await list('exact', `resourceVersion=${before}&resourceVersionMatch=Exact`)
      await list('exact, now', `resourceVersion=${now}&resourceVersionMatch=Exact`)
      await list('not older', `resourceVersion=${now}&resourceVersionMatch=NotOlderThan`)
      await list('a version', `resourceVersion=${before}`)
      await list('negative limit', 'limit=-1')
      await list('version one, exact', 'resourceVersion=1&resourceVersionMatch=Exact')
      for (const [label, query] of [
        ['match without version', 'resourceVersionMatch=Exact'],
        ['exact zero', 'resourceVersion=0&resourceVersionMatch=Exact'],
        ['unknown match', 'resourceVersion=1&resourceVersionMatch=Some'],
        ['bad version', 'resourceVersion=x'],
        ['negative version', 'resourceVersion=-1'],
        ['bad limit', 'limit=x'],
        ['limit too large', 'limit=99999999999999999999'],
        ['bad timeout', 'timeoutSeconds=x'],
        ['negative timeout', 'timeoutSeconds=-5'],
        ['bad continue', 'continue=x'],
        ['continue that is no token', 'continue=e30'],
        ['continue and version', 'limit=1&continue=eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MSwic3RhcnQiOiJhXHUwMDAwIn0&resourceVersion=5'],
        ['initial events of a list', 'sendInitialEvents=true'],
        ['bad watch', 'watch=maybe&timeoutSeconds=1'],
        ['watch=0', 'watch=0'],
        ['initial events without match', 'watch=true&sendInitialEvents=true'],
        ['initial events with exact', 'watch=true&sendInitialEvents=true&resourceVersionMatch=Exact&resourceVersion=1'],
        ['match of a watch', 'watch=true&resourceVersionMatch=NotOlderThan&resourceVersion=1'],
        ['watch with a bad version', 'watch=true&resourceVersion=x'],
        ['bad bookmarks', 'watch=true&allowWatchBookmarks=maybe&timeoutSeconds=1&resourceVersion=1'],
        ['selector a', 'labelSelector=a%20b'],
        ['selector b', 'labelSelector=a%3D%3D%3Db'],
        ['selector c', 'labelSelector=a%20in%20(b'],
        ['selector d', 'labelSelector=%21'],
        ['selector e', 'labelSelector=a%3Db%2C'],
        ['selector f', 'labelSelector=%2Ca'],
        ['selector g', 'labelSelector=a%20in%20()'],
        ['selector h', 'labelSelector=parity%20in%20(low%2Chigh)%2C%21x'],
        ['selector i', 'labelSelector=a%3E1'],
        ['selector j', 'labelSelector=a%3Ex'],
        ['selector k', 'labelSelector=a%3D-'],
        ['selector l', 'labelSelector=A_%2FB%3Dx'],
        ['selector m', 'labelSelector=parity%20notin%20(low)'],
        ['selector n', 'labelSelector=parity%21%3Dlow'],
        ['selector o', 'labelSelector=x%20gt%201'],
        ['fields a', 'fieldSelector=metadata.name%3Da'],
        ['fields b', 'fieldSelector=metadata.name%21%3Da%2Cmetadata.name%21%3Db'],
        ['fields c', 'fieldSelector=metadata.name'],
        ['fields d', 'fieldSelector=metadata.name%3D%5Cx'],
        ['fields e', 'fieldSelector=%3Da'],
        ['fields f', 'fieldSelector=metadata.name%3Da%3Db'],
        ['fields g', 'fieldSelector=data.a%3Db'],
        ['fields h', 'fieldSelector=metadata.name%3Da%2C'],
        ['fields i', `fieldSelector=metadata.namespace%3D${ns}`],
        ['fields j', 'fieldSelector=metadata.namespace%3Dother'],
        ['fields k', 'fieldSelector=metadata.name%3D%3Db'],
        ['unknown parameter', 'nothing=1'],
        ['pretty', 'pretty=true&labelSelector=none'],
        ['pretty 1', 'pretty=1&labelSelector=none'],
        ['pretty false', 'pretty=false&labelSelector=none'],
        ['two limits', 'limit=1&limit=3'],
        ['include object', 'includeObject=None'],
        ['a semicolon', 'limit=1;watch=true'],
        ['a bad escape', 'labelSelector=%zz'],
      ] as const)
        await list(label, query)
      await s.get('get, version zero', `${all}/a?resourceVersion=0`)
      await s.get('get, version now', `${all}/a?resourceVersion=${now}`)
      await s.get('get, bad version', `${all}/a?resourceVersion=x`)
      await s.get('get, a version of the future', `${all}/a?resourceVersion=99999999`)
      await s.get('list, a version of the future', `${all}?resourceVersion=99999999`)
      await s.get('list, exactly a version of the future', `${all}?resourceVersion=99999999&resourceVersionMatch=Exact`)
      await s.events(
        'watch, a version of the future',
        await s.watch(`${all}?watch=true&resourceVersion=99999999&timeoutSeconds=1`),
        1,
        2500,
      )
      await s.do('delete collection by limit', { method: 'DELETE', path: `${all}?limit=1` })
      await s.get('after it', all)
    },
  },
]
