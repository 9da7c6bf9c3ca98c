import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { isString, remembered } from './remembered.ts'

/** The topology that teaches the whole path is the one offered first. */
const FIRST_TOPOLOGY = '1-distributed_web_infrastructure'

/** What lies open above the panels, and which topology is chosen for the next start. */
export const useSurfacesStore = defineStore('surfaces', () => {
  const paletteOpen = ref(false)
  const helpOpen = ref(false)
  const deployHosts = ref<readonly string[] | null>(null)
  const deployRelease = ref<string | null>(null)
  const openFile = ref<{ readonly service: string; readonly file: string } | null>(null)
  const chosenTopology = remembered('topology', FIRST_TOPOLOGY, isString)
  const deployOpen = computed(() => deployHosts.value !== null)

  /** Opens the deploy dialog; an empty list means: all hosts that run the application; no release: the next one. */
  function openDeploy(hosts: readonly string[] = [], release: string | null = null): void {
    deployRelease.value = release
    deployHosts.value = hosts
  }

  function closeDeploy(): void {
    deployHosts.value = null
  }

  return {
    paletteOpen,
    helpOpen,
    deployHosts,
    deployRelease,
    deployOpen,
    openFile,
    chosenTopology,
    openDeploy,
    closeDeploy,
  }
})
