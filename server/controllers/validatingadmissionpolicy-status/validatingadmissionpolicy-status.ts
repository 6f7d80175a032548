import { dropManagedFields } from '../../client/informer.ts'
import { VALIDATING_ADMISSION_POLICIES } from '../../client/resource.ts'
import { keyOf } from '../../client/store.ts'
import { startWorkers } from '../../machinery/workers.ts'
import { unlessConflict, type Controller } from '../controller.ts'
import { checkPolicy, type ValidatingAdmissionPolicy } from './type-checker.ts'

const NAME = 'validatingadmissionpolicy-status'
const WORKERS = 5

/** Writes into a policy's status what its expressions would stumble over for the kinds that it names. */
export const validatingAdmissionPolicyStatusController: Controller = {
  name: 'validatingadmissionpolicy-status-controller',
  async start(ctx) {
    const { client, signal } = ctx
    const queue = ctx.workQueue(NAME)
    const policies = ctx.informers.informer<ValidatingAdmissionPolicy>(VALIDATING_ADMISSION_POLICIES, { transform: dropManagedFields })
    const look = (policy: ValidatingAdmissionPolicy): void => queue.add(keyOf(policy))
    policies.addHandler({ added: look, updated: look })
    await policies.synced()
    startWorkers({
      queue,
      workers: WORKERS,
      signal,
      onError: unlessConflict(ctx, (name) => `validating admission policy ${name}`),
      sync: async (name) => {
        const policy = policies.lister.get(name)
        const generation = policy?.metadata.generation ?? 0
        if (policy === undefined || generation <= (policy.status?.observedGeneration ?? 0)) return
        const warnings = await checkPolicy(client, policy, signal)
        const typeChecking = warnings.length === 0 ? {} : { expressionWarnings: warnings }
        const { group, version } = VALIDATING_ADMISSION_POLICIES
        const body = {
          ...{ apiVersion: `${group}/${version}`, kind: 'ValidatingAdmissionPolicy', metadata: { name } },
          status: { observedGeneration: Number(generation), typeChecking },
        }
        const patch = { type: 'apply' as const, body: Buffer.from(JSON.stringify(body)) }
        await client
          .resource(VALIDATING_ADMISSION_POLICIES)
          .patch(name, patch, { subresource: 'status', fieldManager: NAME, force: true, signal })
      },
    })
  },
}
