import { encodeObject } from '../../../server/codec/protobuf/index.ts'
import { scheme } from '../../../server/scheme/index.ts'
import type { Scenario } from '../session.ts'

const JSON_TYPE = 'application/json'
const YAML = 'application/yaml'
const PROTOBUF = 'application/vnd.kubernetes.protobuf'
const body = (name: string): string => JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { a: '1' } })

export const http: readonly Scenario[] = [
  {
    name: 'media types',
    async run(s) {
      const ns = await s.namespace('media')
      const all = `/api/v1/namespaces/${ns}/configmaps`
      const one = `${all}/a`
      await s.post('json', all, body('a'), { 'content-type': JSON_TYPE })
      await s.post('json with a charset', all, body('b'), { 'content-type': `${JSON_TYPE}; charset=utf-8` })
      await s.post('no type', all, body('c'))
      await s.post('yaml', all, 'metadata:\n  name: d\ndata:\n  a: "1"\n', { 'content-type': YAML })
      await s.post('yaml that is json', all, body('e'), { 'content-type': YAML })
      await s.post('yaml with two documents', all, 'metadata:\n  name: f\n---\nmetadata:\n  name: g\n', { 'content-type': YAML })
      await s.post('text', all, body('h'), { 'content-type': 'text/plain' })
      await s.post('unknown', all, body('h'), { 'content-type': 'application/x' })
      await s.post('broken type', all, body('h'), { 'content-type': ';;' })
      await s.post('cbor', all, body('h'), { 'content-type': 'application/cbor' })
      const type = scheme.typeOf('', 'v1', 'ConfigMap')!
      const message = encodeObject(
        { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'p', labels: { a: 'b' } }, data: { a: '1' } },
        type,
      )
      await s.post('protobuf', all, message, { 'content-type': PROTOBUF })
      await s.post('protobuf, protobuf back', all, message, { 'content-type': PROTOBUF, accept: PROTOBUF })
      const changed = encodeObject(
        { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'p' }, data: { a: '2' }, binaryData: { b: 'AAECAw==' } },
        type,
      )
      await s.put('protobuf put', `${all}/p`, changed, { 'content-type': PROTOBUF })
      await s.post('protobuf that is none', all, 'hello', { 'content-type': PROTOBUF })
      await s.post('protobuf cut short', all, message.subarray(0, message.length - 3), { 'content-type': PROTOBUF })
      await s.post('empty body', all, '', { 'content-type': JSON_TYPE })
      await s.post('no json', all, '{', { 'content-type': JSON_TYPE })
      await s.post('another kind', all, JSON.stringify({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'x' } }), {
        'content-type': JSON_TYPE,
      })
      await s.post('another version', all, JSON.stringify({ apiVersion: 'v2', kind: 'ConfigMap', metadata: { name: 'x' } }), {
        'content-type': JSON_TYPE,
      })
      await s.post('a list', all, '[]', { 'content-type': JSON_TYPE })
      await s.post('null', all, 'null', { 'content-type': JSON_TYPE })
      const large = await s.post('too large', all, JSON.stringify({ metadata: { name: 'l' }, data: { a: 'x'.repeat(3 * 1024 * 1024) } }), {
        'content-type': JSON_TYPE,
      })
      s.note('too large, code', large.status)
      await s.post('large values', all, JSON.stringify({ metadata: { name: 'l' }, data: { a: 'x'.repeat(1024 * 1024 + 1) } }), {
        'content-type': JSON_TYPE,
      })
      for (const accept of [
        '*/*',
        'application/*',
        JSON_TYPE,
        YAML,
        PROTOBUF,
        'text/plain',
        'text/html,application/xhtml+xml,*/*;q=0.8',
        `${PROTOBUF},${JSON_TYPE}`,
        `${JSON_TYPE};q=0.1,${YAML}`,
        'application/json;pretty=1',
        'application/json;pretty=0',
        'application/json;as=Table;v=v1;g=meta.k8s.io,application/json',
        'application/json;as=Table;v=v1beta1;g=meta.k8s.io',
        'application/json;as=Table;v=v9;g=meta.k8s.io,application/json',
        'application/json;as=Table;v=v9;g=meta.k8s.io',
        'application/json;as=Nothing;v=v1;g=meta.k8s.io',
        'application/yaml;as=Table;v=v1;g=meta.k8s.io',
        `${PROTOBUF};as=Table;v=v1;g=meta.k8s.io`,
        `${PROTOBUF};as=PartialObjectMetadata;v=v1;g=meta.k8s.io`,
        'application/json;as=PartialObjectMetadata;v=v1beta1;g=meta.k8s.io',
        'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io',
        'application/json;stream=watch',
        'application/cbor',
        'application/cbor,application/json',
        '',
        ';',
        'application/json;charset=utf-8',
      ]) {
        await s.get(`get as ${accept}`, one, { accept })
        await s.get(`list as ${accept}`, `${all}?fieldSelector=metadata.name%3Da`, { accept })
        await s.get(`error as ${accept}`, `${all}/missing`, { accept })
      }
      await s.post('create as a table', all, body('as-table'), {
        'content-type': JSON_TYPE,
        accept: 'application/json;as=Table;v=v1;g=meta.k8s.io',
      })
      await s.do('delete as a table', {
        method: 'DELETE',
        path: `${all}/as-table`,
        headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' },
      })
      await s.post('create as yaml', all, body('as-yaml'), { 'content-type': JSON_TYPE, accept: YAML })
      await s.do('delete as yaml', { method: 'DELETE', path: `${all}/as-yaml`, headers: { accept: YAML } })
      await s.post('create as protobuf', all, body('as-proto'), { 'content-type': JSON_TYPE, accept: PROTOBUF })
      await s.do('delete as protobuf', { method: 'DELETE', path: `${all}/as-proto`, headers: { accept: PROTOBUF } })
      for (const type of [
        'application/json',
        'application/apply-patch',
        'text/plain',
        '',
        'application/merge-patch+json; charset=utf-8',
        'application/apply-patch+cbor',
      ])
        await s.do(`patch of ${type}`, { method: 'PATCH', path: one, body: '{}', headers: { 'content-type': type } })
      await s.do('merge patch that is no object', {
        method: 'PATCH',
        path: one,
        body: '[]',
        headers: { 'content-type': 'application/merge-patch+json' },
      })
      await s.do('json patch that is no list', {
        method: 'PATCH',
        path: one,
        body: '{}',
        headers: { 'content-type': 'application/json-patch+json' },
      })
      await s.do('strategic patch that is no object', {
        method: 'PATCH',
        path: one,
        body: '"x"',
        headers: { 'content-type': 'application/strategic-merge-patch+json' },
      })
      await s.do('empty merge patch', { method: 'PATCH', path: one, body: '', headers: { 'content-type': 'application/merge-patch+json' } })
      for (const agent of ['curl/8.0', 'Mozilla/5.0', 'Wget/1', 'kubectl/v1.37']) {
        await s.get(`as ${agent}`, one, { 'user-agent': agent })
        await s.get(`error as ${agent}`, `${all}/missing`, { 'user-agent': agent })
        await s.get(`not pretty as ${agent}`, `${one}?pretty=0`, { 'user-agent': agent })
        await s.get(`table as ${agent}`, one, { 'user-agent': agent, accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' })
      }
    },
  },
  {
    name: 'methods and paths',
    async run(s) {
      const ns = await s.namespace('methods')
      const all = `/api/v1/namespaces/${ns}/configmaps`
      await s.quiet({ method: 'POST', path: all, body: { metadata: { name: 'a' } } })
      for (const h2 of [false, true]) {
        const how = h2 ? 'HTTP/2' : 'HTTP/1.1'
        for (const method of ['GET', 'HEAD', 'OPTIONS', 'PUT', 'POST', 'PATCH', 'PROPFIND']) {
          if (h2 && method === 'PROPFIND') continue
          await s.do(`${how} ${method} collection`, { method, path: all, h2 })
          await s.do(`${how} ${method} object`, { method, path: `${all}/a`, h2 })
          await s.do(`${how} ${method} api`, { method, path: '/api', h2 })
          await s.do(`${how} ${method} version`, { method, path: '/apis/apps', h2 })
          await s.do(`${how} ${method} unknown`, { method, path: '/nothing', h2 })
          await s.do(`${how} ${method} unknown resource`, { method, path: '/api/v1/nothings', h2 })
        }
      }
      for (const path of [
        `${all}/a/status`,
        `${all}/a/scale`,
        `${all}/a/b/c`,
        '/api/v1/configmaps/a',
        `/api/v1/namespaces/${ns}`,
        `/api/v1/namespaces/${ns}/`,
        `/api/v1/namespaces/${ns}/nothings`,
        `/api/v1/namespaces/${ns}/namespaces`,
        '/api/v1/namespaces/none/status',
        '/api/v1/nodes/none/status',
        '/api/v1/watch/nodes/none/status',
        '/api/v1/bindings',
        `/api/v1/namespaces/${ns}/bindings`,
        '/apis/apps/v1',
        '/apis/apps/v1/nothings',
        '/apis/apps/v2/deployments',
        '/apis/none/v1/x',
        '/apis/apps/v1/namespaces/x/deployments/y/scale',
        '/apis/apps/v1/namespaces/x/deployments/y/rollback',
        '/api/v1/namespaces/x/pods/y/log',
        '/api/v1/namespaces/x/pods/y/exec',
        '/api/v1/namespaces/x/pods/y/eviction',
        '/api/v1/namespaces/x/pods/y/binding',
        '/api/v1/namespaces/x/pods/y/ephemeralcontainers',
        '/api/v1/namespaces/x/serviceaccounts/y/token',
        '/api/v1/namespaces/x/services/y/proxy',
        '/api/v1/proxy/nodes/none',
        '/apis/authentication.k8s.io/v1/tokenreviews',
        '/apis/authorization.k8s.io/v1/subjectaccessreviews',
        '//api/v1',
        '/api//v1',
        '/API/v1',
        '/api/v1/../v1',
      ]) {
        await s.get(`path ${path.replace(ns, 'NS')}`, path)
        await s.do(`delete ${path.replace(ns, 'NS')}`, {
          method: 'DELETE',
          path: path === `/api/v1/namespaces/${ns}` || path === `/api/v1/namespaces/${ns}/` ? '/api/v1/namespaces/none' : path,
        })
      }
    },
  },
]
