import { Caller } from './caller.ts'
import { type Around, POD } from './load.ts'
import { WIDGET, widget, WIDGETS } from './widgets.ts'

/**
 * Server-side apply and custom resources: how many a second. As a program of its own: URL TOKEN NAMESPACE. The namespace is expected to have
 * its service account (load.ts, createNamespace).
 */
export interface WriteFigures {
  applyCreate: number
  /** That changes nothing, and that changes one label; of an object that one manager has applied, and ten. */
  applySame: number
  applyChange: number
  applySameOfTen: number
  applyChangeOfTen: number
  customCreate: number
  customList: number
}

const COUNT = 2000
const LISTS = 20
const APPLY = { 'content-type': 'application/apply-patch+yaml' }

const pod = (name: string): object => ({ ...POD, metadata: { name, labels: POD.metadata.labels, annotations: POD.metadata.annotations } })

/** What one manager wants of a pod besides what it was made with: a label of its own. */
const labelled = (name: string, manager: number, value: string): object => ({
  ...{ apiVersion: 'v1', kind: 'Pod' },
  metadata: { name, labels: { [`manager-${manager}`]: value } },
})

async function applies(caller: Caller, namespace: string, around: Around): Promise<Omit<WriteFigures, 'customCreate' | 'customList'>> {
  const at = (name: string): string => `/api/v1/namespaces/${namespace}/pods/${name}`
  const apply = (path: string, manager: string, body: object): Promise<string> =>
    caller.must('PATCH', `${path}?fieldManager=${manager}`, body, APPLY)
  const rate = (row: string, one: (i: number) => Promise<unknown>): Promise<number> => around(row, () => caller.rate(COUNT, one))
  const applyCreate = await rate('applies that create', (i) => apply(at(`applied-${i}`), 'bench', pod(`applied-${i}`)))
  // Each round goes over many objects, so that no two requests in flight are about the same one.
  const name = (i: number): string => `applied-${i % COUNT}`
  const applySame = await rate('applies that change nothing', (i) => apply(at(name(i)), 'bench', pod(name(i))))
  const applyChange = await rate('applies that change a label', (i) => apply(at(name(i)), 'other', labelled(name(i), 0, 'a')))
  const few = COUNT / 10
  await caller.rate(
    few * 9,
    (i) => apply(at(name(i % few)), `m${Math.floor(i / few)}`, labelled(name(i % few), 1 + Math.floor(i / few), 'a')),
    few / 5,
  )
  const applySameOfTen = await rate('nothing, with 10 managers', (i) => apply(at(name(i % few)), 'm3', labelled(name(i % few), 4, 'a')))
  const applyChangeOfTen = await rate('a label, with 10 managers', (i) =>
    apply(at(name(i % few)), 'm3', labelled(name(i % few), 4, `b${Math.floor(i / few)}`)),
  )
  return { applyCreate, applySame, applyChange, applySameOfTen, applyChangeOfTen }
}

async function customs(caller: Caller, namespace: string, around: Around): Promise<Pick<WriteFigures, 'customCreate' | 'customList'>> {
  await caller.must('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', WIDGETS)
  const path = `/apis/${WIDGET.group}/${WIDGET.version}/namespaces/${namespace}/${WIDGET.plural}`
  for (let status = 404; status === 404; ) ({ status } = await caller.call('GET', path))
  const customCreate = await around('custom creates', () => caller.rate(COUNT, (i) => caller.must('POST', path, widget(`widget-${i}`))))
  const customList = await around('custom lists', () => caller.rate(LISTS, () => caller.must('GET', path), 2))
  return { customCreate, customList }
}

/** @throws Error for an answer that is no success */
export async function writes(url: string, token: string, namespace: string, around: Around = (_, run) => run()): Promise<WriteFigures> {
  const caller = new Caller(url, token)
  try {
    return { ...(await applies(caller, namespace, around)), ...(await customs(caller, namespace, around)) }
  } finally {
    caller.close()
  }
}

if (import.meta.main) {
  const [url = '', token = '', namespace = ''] = process.argv.slice(2)
  process.stdout.write(`${JSON.stringify(await writes(url, token, namespace))}\n`)
  process.exit(0)
}
