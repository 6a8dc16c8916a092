/**
 * Registers the service worker and waits until it serves this page, so that everything that the
 * engine fetches afterwards is kept. On a host that sends no isolation headers the page is loaded
 * once more, this time by the service worker, which adds them.
 */
import { CATALOGUE } from '../catalogue.ts';

const WAIT_MILLISECONDS = 10_000;
const RELOADED = 'mfim-reloaded-for-isolation';

function controlled(): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), WAIT_MILLISECONDS);
    navigator.serviceWorker.addEventListener(
      'controllerchange',
      () => {
        clearTimeout(timer);
        resolve(true);
      },
      { once: true },
    );
  });
}

async function isControlled(): Promise<boolean> {
  const { serviceWorker } = navigator;
  const wait = controlled();
  const registration = await serviceWorker.register(new URL('service-worker.js', document.baseURI));
  if (serviceWorker.controller !== null) return true;
  // A forced reload leaves the page without its active worker; waiting would be in vain.
  return registration.active === null ? wait : false;
}

/** @returns whether the playground will work without a network from now on */
export async function prepareOffline(): Promise<boolean> {
  if (!CATALOGUE.built || !('serviceWorker' in navigator)) return false;
  try {
    const kept = await isControlled();
    if (kept && !crossOriginIsolated && sessionStorage.getItem(RELOADED) === null) {
      sessionStorage.setItem(RELOADED, 'yes');
      location.reload();
      await new Promise(() => undefined);
    }
    return kept;
  } catch {
    // Private windows and some settings forbid service workers; everything else still works.
    return false;
  }
}
