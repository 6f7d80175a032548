import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import type { FormProps } from '../../tools/actions/action.ts'
import { imagesOf } from './images.ts'

/** An image for each container name that there is. One that is not touched stays. */
export function ImagesForm({ objects, value, onChange }: FormProps<Record<string, string>>) {
  const { t } = useTranslation()
  const containers = useMemo(() => {
    const found = new Map<string, Set<string>>()
    for (const { name, image } of objects.flatMap(imagesOf)) found.set(name, (found.get(name) ?? new Set()).add(image))
    return [...found].map(([name, images]) => ({ name, image: images.size === 1 ? [...images][0] : undefined }))
  }, [objects])
  return containers.map(({ name, image }, index) => (
    <div key={name} className="form-line">
      <label htmlFor={`image-${name}`} className="mono">
        {name}
      </label>
      <input
        id={`image-${name}`}
        className="text-input mono"
        value={value[name] ?? image ?? ''}
        placeholder={image === undefined ? t('actions.differs') : ''}
        data-autofocus={index === 0 || undefined}
        spellCheck={false}
        onChange={(event) => onChange({ ...value, [name]: event.target.value })}
      />
    </div>
  ))
}
