import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { explainedReasons } from '../../kube/api-error.ts'
import { connectionWords } from '../../kube/connection.ts'
import { clusterColumn } from '../../kube/joined.ts'
import { tableWordKeys } from '../../kube/table-words.ts'
import { kinds } from '../../resources/kinds.ts'
import { actions } from '../../resources/actions.ts'
import { nextSteps } from '../../resources/next-steps.ts'
import { pages } from '../../resources/pages.tsx'
import { railGroups } from '../groups.ts'
import en from './en.json' with { type: 'json' }
import zh from './zh-CN.json' with { type: 'json' }

type Tree = { [key: string]: string | Tree }

function flatten(tree: Tree, prefix = ''): Map<string, string> {
  const flat = new Map<string, string>()
  for (const [key, value] of Object.entries(tree)) {
    if (typeof value === 'string') flat.set(prefix + key, value)
    else for (const [inner, text] of flatten(value, `${prefix}${key}.`)) flat.set(inner, text)
  }
  return flat
}

/** Languages differ in their plural forms; the key is what comes before the form. */
const base = (key: string): string => key.replace(/_(one|other)$/, '')
const english = flatten(en)
const chinese = flatten(zh)
const englishKeys = new Set([...english.keys()].map(base))

const room = join(import.meta.dirname, '..', '..')
const sources = readdirSync(room, { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.tsx?$/.test(file) && !file.endsWith('.test.ts'))
  .map((file) => ({ file, text: readFileSync(join(room, file), 'utf8') }))

/** Keys that are put together at run time: their beginnings, and every ending they can have. */
const dynamic: Record<string, readonly string[]> = {
  'columns.': [
    clusterColumn.label,
    ...tableWordKeys,
    ...Object.values(kinds).flatMap((kind) => kind.columns.filter((c) => !c.literal).map((c) => c.label)),
  ],
  'schema.problem.': ['unknown', 'unknownNear', 'missing', 'type', 'enum'],
  'rights.tabs.': ['request', 'subject'],
  'person.': ['certificate', 'token'],
  'person.fault.': ['name', 'account', 'expires', 'short', 'long', 'roleNeedsNamespace', 'server'],
  'person.failed.': ['notSigned', 'nobodySigns', 'otherBinding'],
  'rail.': railGroups.map((group) => group.name),
  'feed.': ['connecting', 'listing', 'resuming'],
  'connection.': connectionWords.flatMap((word) => [`${word}.word`, `${word}.detail`]),
  'namespaces.from.': ['kubeconfig', 'recent'],
  'theme.': ['auto', 'light', 'dark'],
  'local.': ['starting', 'running', 'stopped', 'failed', 'start', 'stop', 'restart'],
  'local.ask.': ['stop.title', 'stop.next', 'restart.title', 'restart.next'],
  'loops.': ['loop', 'scheduler', 'unenforced', 'ingressClass', 'network'],
  'local.store.': ['sqlite', 'etcd'],
  'podSecurity.effects.': ['enforce', 'audit', 'warn'],
  'palette.': ['kinds', 'objects', 'commands', 'actions'],
  'actions.': [
    ...actions.flatMap((action) => ('plan' in action ? [`${action.id}.name`, `${action.id}.what`] : [`${action.id}.name`])),
    'takeBack.what',
    'replace.name',
    'replace.what',
  ],
  'actions.state.': ['reading', 'unread', 'unplanned', 'checking', 'same', 'refused', 'ready', 'waiting', 'running', 'done', 'failed'],
  'actions.setBack.': ['stops', 'becomes', 'moves', 'owned'],
  'actions.skip.': ['already', 'paused', 'noContainer', 'finished', 'changed'],
  'edit.': ['mine', 'theirs'],
  'home.next.': Object.values(nextSteps).flatMap((words) => Object.values(words)),
  'secret.validity.': ['Valid', 'EndsSoon', 'Expired', 'NotYetValid'],
  'policies.peer.': ['pods', 'allPods', 'namespaces', 'everywhere', 'both', 'block'],
  'apply.notObject.': ['list', 'value'],
  'apply.notObjectNext.': ['list', 'value'],
  'apply.state.': [
    'faulty',
    'incomplete',
    'unknownKind',
    'later',
    'checking',
    'conflict',
    'refused',
    'new',
    'changes',
    'same',
    'waiting',
    'running',
    'done',
    'failed',
  ],
  'drain.fate.': ['evict', 'daemonSet', 'mirror'],
  'drain.needs.': ['force', 'emptyDir'],
  'drain.agree.': ['force', 'emptyDir'],
  'drain.phase.': ['running', 'done', 'stopped', 'failed'],
  'drain.state.': ['waiting', 'evicting', 'held', 'going', 'gone', 'failed', 'stopped'],
  'contexts.': ['unverified', 'withheld', 'open'].flatMap((caution) => [`${caution}.word`, `${caution}.detail`]),
  'errors.': explainedReasons.flatMap((reason) => [`${reason}.meaning`, `${reason}.next`]),
  'rollout.': ['desired', 'updated', 'ready', 'available', 'old', 'completions', 'succeeded', 'active', 'failed'],
  'details.tabs.': ['overview', 'yaml', 'events', 'topology', ...Object.values(pages).flatMap(({ tabs = [] }) => tabs.map(({ id }) => id))],
  'captures.states.': ['added', 'gone', 'changed'],
  'captures.count.': ['added', 'gone', 'changed'],
  'profile.': ['cpu', 'heap', 'selfChange', 'totalChange'],
  'logs.sinceChoice.': ['0', '300', '3600', '86400', 'all'],
  'logs.times.': ['off', 'local', 'utc'],
  'helm.tabs.': ['overview', 'values', 'manifest', 'history'],
  'helm.columns.': ['name', 'namespace', 'status', 'revision', 'chart', 'appVersion', 'updated'],
  'helm.state.': ['checking', 'unread', 'running', 'done', 'gone', 'kept', 'foreign', 'unknownKind', 'failed'],
  'logs.levels.': ['all', 'warn', 'bad'],
  'delete.state.': ['waiting', 'running', 'done', 'failed'],
  'help.keys.': ['palette', 'jump', 'filter', 'move', 'ends', 'open', 'select', 'range', 'all', 'menu', 'close', 'help'],
  'help.filters.': ['0', '1', '2', '3', '4', '5', '6', '7'],
  'views.': ['saved', 'recent'],
}

const used = new Set(Object.entries(dynamic).flatMap(([prefix, ends]) => ends.map((end) => prefix + end)))
const dynamicPrefixes = new Set<string>()
for (const { text } of sources) {
  for (const [, key = ''] of text.matchAll(/['"]([a-z][\w-]*(?:\.[\w-]+)+)['"]/g)) if (englishKeys.has(key)) used.add(key)
  for (const [, prefix = ''] of text.matchAll(/\bt\(\s*`([^$`]*)\$\{/g)) dynamicPrefixes.add(prefix)
  for (const [, prefix = ''] of text.matchAll(/\? `([a-z][\w.]*\.)\$\{/g)) dynamicPrefixes.add(prefix)
}

describe('catalogues', () => {
  test('both languages have the same keys', () => {
    expect([...new Set([...chinese.keys()].map(base))].sort()).toEqual([...englishKeys].sort())
  })

  test('both say the same with the same values', () => {
    const values = (text: string): string[] => [...text.matchAll(/\{\{\s*(\w+)/g)].map(([, name = '']) => name).sort()
    for (const [key, text] of chinese)
      expect([key, values(text)]).toEqual([key, values(english.get(key) ?? english.get(`${base(key)}_other`) ?? '')])
  })

  /** Left: words that would say the same; right: what kubernetes.io/zh-cn says. */
  test.each([
    ['您', '你'],
    ['名称空间|名字空间', '命名空间'],
    ['结点', '节点'],
    ['工作量|负载类型', '工作负载'],
    ['容器组|豆荚', 'Pod'],
    ['\\bcontext\\b', '上下文'],
    ['所有者|拥有者', '属主'],
    ['服务帐号|服务帐户|服务账户', '服务账号'],
    ['选择器', '选择算符'],
    ['注释', '注解'],
    ['探测器|探测针', '探针'],
    ['控制面(?!板)', '控制平面'],
  ])('the Chinese words are those of the Kubernetes documentation: not %s but %s', (wrong) => {
    expect([...chinese].filter(([, text]) => new RegExp(wrong).test(text.replaceAll(/\{\{.*?\}\}/g, '')))).toEqual([])
  })

  test('English plurals have both forms', () => {
    for (const key of english.keys()) if (key.endsWith('_one')) expect(english.has(`${base(key)}_other`), key).toBe(true)
  })

  test('every key a component names is there', () => {
    for (const { file, text } of sources) {
      for (const [, key = ''] of text.matchAll(/\bt\(\s*'([^']+)'/g)) expect(englishKeys.has(key), `${file}: ${key}`).toBe(true)
    }
    for (const key of used) expect(englishKeys.has(key), key).toBe(true)
  })

  test('every key put together at run time is one of the table above', () => {
    for (const prefix of dynamicPrefixes) expect(Object.keys(dynamic), prefix).toContain(prefix)
  })

  test('no key is unused', () => {
    expect([...englishKeys].filter((key) => !used.has(key))).toEqual([])
  })
})
