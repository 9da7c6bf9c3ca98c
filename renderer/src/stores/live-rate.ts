import { defineStore } from 'pinia'
import { ref } from 'vue'
import type { LabEvent } from '../../../services/contract/index.ts'
import { useLabStore } from './lab.ts'

/** How many requests the load generator sent in its last whole second: the toolbar's figure, without the runs themselves. */
export const useLiveRateStore = defineStore('live-rate', () => {
  const rate = ref(0)
  useLabStore().onEvents((events) => {
    for (const event of events) follow(event)
  })

  function follow(event: LabEvent): void {
    switch (event.type) {
      case 'trafficStarted':
      case 'trafficFinished':
      case 'labPrepared':
      case 'labDisposed':
        rate.value = 0
        return
      case 'trafficSampled': {
        const whole = event.seconds.findLast(({ second }) => second < Math.floor(event.result.seconds))
        rate.value = whole?.sent ?? rate.value
      }
    }
  }

  return { rate }
})
