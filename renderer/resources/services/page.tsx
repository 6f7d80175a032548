import type { KindPage } from '../page.ts'
import { ServiceOverview } from './overview.tsx'
import type { Service } from './types.ts'
import { serviceView } from './view.ts'

export const servicePage: KindPage<Service> = { view: serviceView, Overview: ServiceOverview }
