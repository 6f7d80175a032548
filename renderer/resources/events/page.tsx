import { GenericOverview } from '../generic/overview.tsx'
import type { KindPage } from '../page.ts'
import { type Event, eventView } from './view.ts'

export const eventPage: KindPage<Event> = { view: eventView, Overview: GenericOverview }
