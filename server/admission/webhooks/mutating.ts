import { sameJson } from '../../machinery/same-json.ts'
import { copyJson } from '../../machinery/copy-json.ts'
import { jsonText } from '../../machinery/json-text.ts'
import { parseJson } from '../../machinery/json.ts'
import { inTurns, Slice } from '../../machinery/slice.ts'
import { goQuote } from '../../machinery/go-quote.ts'
import { internalError, StatusError } from '../../machinery/status.ts'
import type { KubeObject } from '../../machinery/types.ts'
import { applyingJsonPatch, jsonPatchOf, type JsonPatchOperation } from '../../patch/json-patch.ts'
import type { AdmissionAttributes, AdmissionPlugin } from '../contract.ts'
import type { ObjectForm, WebhookDependencies } from './contract.ts'
import { Hooks } from './hooks.ts'
import { annotate, ask, CallFailed, converted, settled, stopIfGone } from './invoke.ts'
import type { ReviewResponse } from './review.ts'
import { Selection, type Candidate } from './selection.ts'

const NAME = 'MutatingAdmissionWebhook'
const TYPE = 'admit'
const MUTATION = 'mutation.webhook.admission.k8s.io/'
const FAILED_OPEN = `failed-open.${MUTATION}`

/**
 * Asks the webhooks that want to see a write, one after the other; each sees what those before it have made of the object (apiserver
 * `plugin/webhook/mutating`). The notes that hold patches are left out: they are for records that hold the request's body.
 */
export function mutatingWebhooks(deps: WebhookDependencies): AdmissionPlugin {
  const selection = new Selection(new Hooks(deps.configurations), deps)
  return {
    name: NAME,
    mutate(a) {
      const candidates = selection.candidates(a)
      return candidates.length === 0 ? undefined : dispatch(deps, selection, candidates, a)
    },
  }
}

/** Which webhooks are asked again, in the second round. */
class Rounds {
  /** Asked since the last change of the object, and ready to be asked again. */
  readonly #invoked = new Set<string>()
  readonly #again = new Set<string>()
  #output: KubeObject | undefined

  /** The object has changed: those that have seen it before see it once more. */
  changed(): void {
    for (const id of this.#invoked) this.#again.add(id)
    this.#invoked.clear()
  }
  asked(id: string): void {
    this.#invoked.add(id)
  }
  isDue(id: string): boolean {
    return this.#again.has(id)
  }
  /** What webhooks have made of the object, to see whether others change it after them. */
  leave(object: KubeObject | undefined): void {
    this.#output = copyJson(object)
  }
  differs(object: KubeObject | undefined): boolean {
    return !sameJson(this.#output, object)
  }
}

/** The object as the webhook that is asked next is to see it. */
class View {
  readonly #a: AdmissionAttributes
  #form: ObjectForm | undefined
  object: KubeObject | undefined
  oldObject: KubeObject | undefined

  constructor(a: AdmissionAttributes) {
    this.#a = a
    this.object = a.object
  }

  /** In this version, with all that webhooks have changed. */
  async in(form: ObjectForm): Promise<void> {
    if (form === this.#form) return
    const { object, oldObject } = this.#a
    await converted(async () => {
      this.object = object === undefined ? undefined : await form.show(object)
      this.oldObject = oldObject === undefined ? undefined : await form.show(oldObject)
    })
    this.#form = form
  }

  /** The write goes on with what a patch has made of the object. Returns whether that is another object. */
  async replace(document: unknown): Promise<boolean> {
    const [form, object] = [this.#form!, this.#a.object!]
    const slice = new Slice()
    const [before, after] = await converted(async () => [await form.take(copyJson(this.object)), await form.take(document)])
    if (slice.over) await slice.next()
    if (sameJson(before, after)) return false
    // The write keeps its object.
    for (const field of Object.keys(object)) delete object[field]
    Object.assign(object, after)
    this.object = await converted(() => form.show(object))
    return true
  }
}

async function dispatch(
  deps: WebhookDependencies,
  selection: Selection,
  candidates: readonly Candidate[],
  a: AdmissionAttributes,
): Promise<void> {
  const { reinvocation } = a
  const rounds = reinvocation.memory(NAME, () => new Rounds())
  // Plugins that were asked again since may have changed it.
  if (reinvocation.again && rounds.differs(a.object)) rounds.changed()
  const view = new View(a)
  const round = reinvocation.again ? 1 : 0
  try {
    for (const candidate of candidates) {
      const { hook, form, index } = candidate
      if (!(await selection.selects(candidate, a, view.object))) continue
      if (!hook.conditions.empty) await view.in(form)
      if (!(await selection.meets(candidate, a, TYPE, view.object, view.oldObject))) continue
      // The second round is for those that were asked in the first.
      if (reinvocation.again && !rounds.isDue(hook.id)) continue
      await view.in(form)
      const changed = await one(deps, candidate, a, view, `round_${round}_index_${index}`)
      if (changed) {
        rounds.changed()
        reinvocation.require()
      }
      if (hook.object.reinvocationPolicy === 'IfNeeded') rounds.asked(hook.id)
    }
  } finally {
    rounds.leave(a.object)
  }
}

/** Whether the webhook has changed the object. */
async function one(deps: WebhookDependencies, candidate: Candidate, a: AdmissionAttributes, view: View, place: string): Promise<boolean> {
  const { configuration, name } = candidate.hook
  const started = performance.now()
  let [changed, failure]: [boolean, unknown] = [false, undefined]
  try {
    const response = await ask(deps, candidate, a, TYPE, view.object, view.oldObject)
    changed = await patched(name, response, view)
  } catch (e) {
    failure = e
  }
  annotate(a, `${MUTATION}${place}`, JSON.stringify({ configuration, webhook: name, mutated: changed }))
  const took = performance.now() - started
  a.waited?.(took)
  const { error, failedOpen } = settled(deps, candidate, a, TYPE, took / 1000, failure)
  if (error !== undefined) throw error as Error
  if (failedOpen === true) annotate(a, `${FAILED_OPEN}${place}`, name)
  if (failure !== undefined) stopIfGone(a)
  return changed
}

/** @throws CallFailed for a patch that cannot be read, StatusError for one that does not fit the object */
async function patched(webhook: string, { patch, patchType }: ReviewResponse, view: View): Promise<boolean> {
  if (patch.length === 0) return false
  const operations = operationsOf(webhook, patch)
  if (operations.length === 0) return false
  if (view.object === undefined) {
    throw internalError(`admission webhook ${goQuote(webhook)} attempted to modify the object, which is not supported for this operation`)
  }
  if (patchType !== 'JSONPatch') throw new CallFailed(webhook, `unsupported patch type ${goQuote(patchType)}`, 400)
  let document: unknown
  try {
    document = await inTurns(applyingJsonPatch(view.object, operations), new Slice())
  } catch (e) {
    const why = e instanceof StatusError && typeof e.cause === 'string' ? e.cause : (e as Error).message
    throw internalError(why)
  }
  return view.replace(document)
}

function operationsOf(webhook: string, patch: Buffer): readonly JsonPatchOperation[] {
  try {
    return jsonPatchOf(parseJson(jsonText(patch)), false)
  } catch (e) {
    throw new CallFailed(webhook, `received undecodable patch in webhook response: ${(e as Error).message}`, 503)
  }
}
