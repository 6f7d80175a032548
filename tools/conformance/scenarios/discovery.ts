import type { Scenario } from '../session.ts'

const aggregated = (version: string): { accept: string } => ({
  accept: `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList,application/json`,
})

export const discovery: readonly Scenario[] = [
  {
    name: 'discovery documents',
    async run(s) {
      for (const path of ['/api', '/api/v1', '/apis', '/api/', '/apis/', '/api/v1/', '/apis/apps/', '/apis/apps/v1/'])
        await s.get(path, path)
      const groups = (await s.quiet({ path: '/apis' })).json.groups as { name: string; versions: { groupVersion: string }[] }[]
      for (const g of groups) {
        await s.get(`group ${g.name}`, `/apis/${g.name}`)
        for (const v of g.versions) await s.get(`resources ${v.groupVersion}`, `/apis/${v.groupVersion}`)
      }
      for (const path of ['/api', '/apis']) {
        await s.get(`aggregated ${path}`, path, aggregated('v2'))
        await s.get(`aggregated v2beta1 ${path}`, path, aggregated('v2beta1'))
        await s.get(`aggregated nopeer ${path}`, path, {
          accept: 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList;profile=nopeer,application/json',
        })
        await s.get(`aggregated unknown version ${path}`, path, {
          accept: 'application/json;g=apidiscovery.k8s.io;v=v3;as=APIGroupDiscoveryList',
        })
        await s.get(`yaml ${path}`, path, { accept: 'application/yaml' })
        await s.get(`protobuf ${path}`, path, { accept: 'application/vnd.kubernetes.protobuf' })
        await s.get(`aggregated protobuf ${path}`, path, {
          accept: 'application/vnd.kubernetes.protobuf;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList',
        })
        const first = await s.quiet({ path, headers: aggregated('v2') })
        const again = await s.quiet({ path, headers: { ...aggregated('v2'), 'if-none-match': first.headers.etag ?? '' } })
        s.note(`etag ${path}`, { tagged: first.headers.etag !== undefined, again: again.status, length: again.body.length })
      }
      const index = await s.quiet({ path: '/', headers: { accept: 'text/plain' } })
      const { paths } = index.json as { paths: string[] }
      s.note('index', { status: index.status, type: index.headers['content-type'], paths: paths.filter((p) => p.startsWith('/api')) })
      const version = await s.quiet({ path: '/version' })
      s.note('version', {
        status: version.status,
        type: version.headers['content-type'],
        fields: Object.keys(version.json),
        major: version.json.major,
        minor: version.json.minor,
      })
      for (const path of [
        '/healthz',
        '/livez',
        '/readyz',
        '/livez/ping',
        '/healthz/nothing',
        '/apis/nothing.example.com',
        '/apis/apps/v9',
        '/api/v2',
        '/nothing',
        '/api/v1/nothing',
      ])
        await s.get(`status of ${path}`, path)
    },
  },
]
