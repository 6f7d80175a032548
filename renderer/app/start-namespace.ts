import { useEffect } from 'react'
import { baseContext } from '../kube/acting.ts'
import { local, useContexts } from '../queries/contexts.ts'
import { useGo, usePlace } from '../ui/place.ts'

const key = (context: string): string => `binnacle.entered.${context}`

function wasEntered(context: string): boolean {
  try {
    return sessionStorage.getItem(key(context)) !== null
  } catch {
    return true
  }
}

/**
 * A context that is entered for the first time in this tab begins in the namespace that the kubeconfig gives it, as kubectl does; an
 * address that names a namespace or an object says better. False until that is known: lists over all namespaces would be asked for in vain.
 */
export function useStartNamespace(): boolean {
  const place = usePlace()
  const go = useGo()
  const { data, isError } = useContexts()
  const { context } = place
  const decided =
    context === '' || baseContext(context) === local || place.namespace !== '' || place.object !== undefined || wasEntered(context)
  const start = data?.find((c) => c.name === baseContext(context))?.namespace
  useEffect(() => {
    if (context === '' || (!decided && !data)) return
    try {
      sessionStorage.setItem(key(context), '1')
    } catch {
      // Then each address is taken as it is.
    }
    if (!decided && start) go({ namespace: start }, { replace: true })
  }, [context, decided, data, start, go])
  return decided || isError || (data !== undefined && !start)
}
