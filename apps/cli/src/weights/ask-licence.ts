/** Shows a licence before the first use, and asks where somebody can answer. */
import { acceptLicence, describeLicence, isLicenceAccepted } from '@mfim/weights';
import type { WeightsEntry, WeightStore } from '@mfim/weights';
import { remark } from '../command-context.ts';
import type { MfimContext } from '../command-context.ts';

/**
 * Notes the consent where it is given: by the flag, or by `yes` at a terminal. Where it is not, the weights refuse themselves.
 *
 * @param accepted the flag `--accept-licence`
 */
export async function askLicence(context: MfimContext, store: WeightStore, { entry, accepted }: { readonly entry: WeightsEntry; readonly accepted: boolean }): Promise<void> {
  if (await isLicenceAccepted(store, entry)) return;
  if (!accepted && context.ask === undefined) return;
  remark(context, `${entry.name} (${entry.purpose}) comes from others, under their terms:`);
  for (const line of describeLicence(entry)) remark(context, `  ${line}`);
  const answer = accepted ? 'yes' : ((await context.ask?.('Do you accept them? Type yes: ')) ?? '');
  if (answer.trim().toLowerCase() !== 'yes') return;
  await acceptLicence(store, entry);
  if (accepted) remark(context, 'accepted with --accept-licence');
}
