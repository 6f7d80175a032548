import type { UserInfo } from '../../authn/contract.ts'
import type { KubeObject } from '../../machinery/types.ts'
import type { StrategyContext, TableDefinition } from './strategy.ts'

/** What a virtual resource sees of a request. */
export interface VirtualRequest {
  /** From the path; empty where there is none. */
  readonly namespace: string
  readonly name: string
  readonly user: UserInfo
  readonly context: StrategyContext
}

/** A resource of which nothing is stored: it is posted to be answered, or made up when it is read. */
export interface VirtualResource {
  readonly group: string
  readonly version: string
  readonly resource: string
  readonly kind: string
  /** Throws a Status to refuse. The answer's code is 201 unless it is a Status with a code of its own. */
  create?(body: KubeObject, request: VirtualRequest): Promise<KubeObject>
  get?(request: VirtualRequest): Promise<KubeObject>
  list?(request: VirtualRequest): Promise<KubeObject[]>
  readonly table?: TableDefinition
  /** A text that goes out with every answer as a warning. */
  readonly deprecation?: string
}
