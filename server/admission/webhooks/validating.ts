import type { KubeObject } from '../../machinery/types.ts'
import type { AdmissionAttributes, AdmissionPlugin } from '../contract.ts'
import type { ObjectForm, WebhookDependencies } from './contract.ts'
import { Hooks } from './hooks.ts'
import { annotate, ask, converted, settled, stopIfGone } from './invoke.ts'
import { Selection, type Candidate } from './selection.ts'

const TYPE = 'validating'
const FAILED_OPEN = 'failed-open.validating.webhook.admission.k8s.io/'

/** What is shown to webhooks of one version. */
interface Shown {
  readonly object: KubeObject | undefined
  readonly oldObject: KubeObject | undefined
}

/** Asks all webhooks that want to see a write, at the same time; the first refusal is the answer (apiserver `plugin/webhook/validating`). */
export function validatingWebhooks(deps: WebhookDependencies): AdmissionPlugin {
  const selection = new Selection(new Hooks(deps.configurations), deps)
  return {
    name: 'ValidatingAdmissionWebhook',
    validate(a) {
      const candidates = selection.candidates(a)
      return candidates.length === 0 ? undefined : dispatch(deps, selection, candidates, a)
    },
  }
}

async function dispatch(
  deps: WebhookDependencies,
  selection: Selection,
  candidates: readonly Candidate[],
  a: AdmissionAttributes,
): Promise<void> {
  const shown = new Map<ObjectForm, Promise<Shown>>()
  const shownIn = (form: ObjectForm): Promise<Shown> => {
    let made = shown.get(form)
    if (made === undefined) shown.set(form, (made = show(form, a)))
    return made
  }
  const relevant: (readonly [Candidate, Shown])[] = []
  for (const candidate of candidates) {
    if (!(await selection.selects(candidate, a, a.object))) continue
    const { object, oldObject } = await shownIn(candidate.form)
    if (await selection.meets(candidate, a, TYPE, object, oldObject)) relevant.push([candidate, { object, oldObject }])
  }
  if (relevant.length === 0) return
  stopIfGone(a)
  const errors: unknown[] = []
  const one = async (candidate: Candidate, { object, oldObject }: Shown, index: number): Promise<void> => {
    const started = performance.now()
    const failure = await ask(deps, candidate, a, TYPE, object, oldObject).then(
      () => undefined,
      (e: unknown) => e,
    )
    const { error, failedOpen } = settled(deps, candidate, a, TYPE, (performance.now() - started) / 1000, failure)
    if (failedOpen === true) annotate(a, `${FAILED_OPEN}round_0_index_${index}`, candidate.hook.name)
    if (error !== undefined) errors.push(error)
  }
  const began = performance.now()
  await Promise.all(relevant.map(([candidate, objects], i) => one(candidate, objects, i)))
  a.waited?.(performance.now() - began)
  // In the order in which the answers came, as upstream.
  if (errors.length > 0) throw errors[0] as Error
}

function show(form: ObjectForm, { object, oldObject }: AdmissionAttributes): Promise<Shown> {
  return converted(async () => ({
    object: object === undefined ? undefined : await form.show(object),
    oldObject: oldObject === undefined ? undefined : await form.show(oldObject),
  }))
}
