import { groupAuthenticated, type UserInfo } from './contract.ts'

/** The users that parts of a control plane are, whose rights are default roles and the node authorizer's. */
const user = (name: string, ...groups: string[]): UserInfo => ({ name, groups: [...groups, groupAuthenticated] })

export const controllerManager = user('system:kube-controller-manager')
export const scheduler = user('system:kube-scheduler')

/** A controller's service account in kube-system; '' is the manager itself. */
export const controllerAccount = (name: string): UserInfo =>
  name === ''
    ? controllerManager
    : user(`system:serviceaccount:kube-system:${name}`, 'system:serviceaccounts', 'system:serviceaccounts:kube-system')

export const nodeUser = (nodeName: string): UserInfo => user(`system:node:${nodeName}`, 'system:nodes')
