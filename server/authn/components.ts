import { groupAuthenticated, groupMasters, type UserInfo } from './contract.ts'

/**
 * The users that parts of this program are, as upstream's are. But for the first two their rights are default roles and the node
 * authorizer's: a member of system:masters is bound by nothing, and nobody else in this program is one.
 */
const user = (name: string, ...groups: string[]): UserInfo => ({ name, groups: [...groups, groupAuthenticated] })

/** The server on its own account (apiserver `user.APIServerUser`, the loopback client): start-up objects, addresses, the seed. */
export const apiServer = user('system:apiserver', groupMasters)
/** Who owns the machine: the user of the kubeconfig that is written at every start, and of the window. */
export const administrator = user('kubernetes-admin', groupMasters)

export const controllerManager = user('system:kube-controller-manager')
export const scheduler = user('system:kube-scheduler')

/** A controller's service account in kube-system; '' is the manager itself. */
export const controllerAccount = (name: string): UserInfo =>
  name === ''
    ? controllerManager
    : user(`system:serviceaccount:kube-system:${name}`, 'system:serviceaccounts', 'system:serviceaccounts:kube-system')

export const nodeUser = (nodeName: string): UserInfo => user(`system:node:${nodeName}`, 'system:nodes')
