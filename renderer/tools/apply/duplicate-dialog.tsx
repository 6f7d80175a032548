import { Modal } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { clusterPath, requestJson } from '../../kube/fetch.ts'
import type { KubeObject } from '../../kube/types.ts'
import { ErrorView } from '../../ui/error-view.tsx'
import { objectPath, type Target } from '../actions/action.ts'
import { duplicate } from '../yaml/editable.ts'
import { yamlText } from '../yaml/text.ts'
import { useCompose } from './compose-context.ts'

/** Reads the object and opens a copy of it where objects are written; shows itself only when it cannot be read. */
export function DuplicateDialog({ target, onClose }: { target: Target; onClose(): void }) {
  const { t } = useTranslation()
  const compose = useCompose()
  const { context, resource, objects } = target
  const { data, error } = useQuery({
    queryKey: ['duplicate', context, resource, objects],
    queryFn: ({ signal }) => requestJson<KubeObject>(clusterPath(context, objectPath(resource, objects[0]!)), { signal }),
    staleTime: 0,
    gcTime: 0,
    retry: false,
  })
  useEffect(() => {
    if (!data) return
    compose(yamlText(duplicate(data, resource)))
    onClose()
  }, [data, compose, resource, onClose])
  if (!error) return null
  return (
    <Modal opened onClose={onClose} title={t('actions.duplicate.name')} closeButtonProps={{ 'aria-label': t('common.close') }}>
      <ErrorView error={error} />
    </Modal>
  )
}
