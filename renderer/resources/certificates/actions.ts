import { resourceKey } from '../../kube/resource.ts'
import type { Action, ChangeAction } from '../../tools/actions/action.ts'
import type { SigningRequest } from './view.ts'

const key = 'certificatesigningrequests.certificates.k8s.io'

const decided = ({ status }: SigningRequest): boolean =>
  (status?.conditions ?? []).some(({ type }) => type === 'Approved' || type === 'Denied')

/** As `kubectl certificate approve` and `deny`: a condition that nobody can take back (validation of the approval subresource). */
const decide = (id: 'approve' | 'deny', type: 'Approved' | 'Denied'): ChangeAction => ({
  id,
  icon: id === 'approve' ? 'access' : 'cordon',
  ...(id === 'deny' ? { danger: true } : {}),
  bulk: true,
  needs: [{ verb: 'update', subresource: 'approval' }],
  offered: (resource) => resourceKey(resource) === key && resource.subresources.includes('approval'),
  applies: (object) => !decided(object as SigningRequest),
  plan(object, _, { path, now }) {
    const request = object as SigningRequest
    if (decided(request)) return { skip: 'already' }
    const condition = {
      type,
      status: 'True',
      reason: `Binnacle${id === 'approve' ? 'Approve' : 'Deny'}`,
      message: `This CSR was ${type.toLowerCase()} in Binnacle.`,
      lastUpdateTime: now.toISOString().replace(/\.\d+Z$/, 'Z'),
    }
    const body = { ...request, status: { ...request.status, conditions: [...(request.status?.conditions ?? []), condition] } }
    return { change: { method: 'PUT', path: `${path}/approval`, body }, undo: () => undefined }
  },
})

export const requestActions: readonly Action[] = [decide('approve', 'Approved'), decide('deny', 'Denied')] as Action[]
