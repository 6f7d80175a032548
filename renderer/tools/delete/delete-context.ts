import { createContext, useContext } from 'react'
import type { RowRef } from '../../kube/protocol.ts'
import type { Resource } from '../../kube/resource.ts'

export interface DeleteRequest {
  context: string
  resource: Resource
  objects: RowRef[]
  /** Takes the keys of those that the server accepted. */
  done?: (deleted: readonly string[]) => void
}

export const DeleteContext = createContext<(request: DeleteRequest) => void>(() => {})

/** Opens the plan of a deletion; nothing is deleted before the plan is confirmed. */
export const useDelete = (): ((request: DeleteRequest) => void) => useContext(DeleteContext)
