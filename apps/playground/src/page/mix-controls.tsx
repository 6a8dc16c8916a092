/** Who gives how much: the balance between two new faces, presets by layer, and the strength. */
import { MIX_PRESETS } from '@mfim/id-mixing';
import type { PresetName } from '@mfim/id-mixing';
import type { TargetedEvent } from 'preact';
import type { Studio } from '../studio/studio.ts';
import { sourcesOf } from '../studio/studio-state.ts';
import type { StudioState } from '../studio/studio-state.ts';

interface MixControlsProps {
  readonly state: StudioState;
  readonly studio: Studio;
}

interface RangeProps {
  readonly id: string;
  readonly label: string;
  readonly ends: readonly [string, string];
  /** 0 to 1. */
  readonly value: number;
  readonly disabled?: boolean;
  readonly onChange: (value: number) => void;
}

const PERCENT = 100;

const PRESET_TITLES: Readonly<Record<PresetName, string>> = {
  average: 'Equal parts',
  'global+local': 'Shape of the new face, details of the second',
  'coarse-to-fine': 'Gradual, from shape to detail',
  bands: 'In bands, no blending',
  colours: 'New face in the second’s colours',
};

function Range({ id, label, ends, value, disabled = false, onChange }: RangeProps) {
  const percent = Math.round(value * PERCENT);
  return (
    <div class="range">
      <div class="range-head">
        <label for={id}>{label}</label>
        <output for={id}>{percent} %</output>
      </div>
      <input
        id={id}
        type="range"
        min={0}
        max={PERCENT}
        value={percent}
        disabled={disabled}
        onInput={(event: TargetedEvent<HTMLInputElement>) => onChange(Number(event.currentTarget.value) / PERCENT)}
      />
      <div class="range-ends hint" aria-hidden="true">
        <span>{ends[0]}</span>
        <span>{ends[1]}</span>
      </div>
    </div>
  );
}

function PresetChoice({ state, studio }: MixControlsProps) {
  const { preset } = state.mix;
  const chosen = MIX_PRESETS.find(({ name }) => name === preset);
  return (
    <div class="preset">
      <label for="preset">How the two are mixed</label>
      <select
        id="preset"
        value={preset ?? ''}
        onChange={(event: TargetedEvent<HTMLSelectElement>) => {
          const { value } = event.currentTarget;
          studio.setMix({ preset: value === '' ? undefined : (value as PresetName) });
        }}
      >
        <option value="">By the slider, the same at every layer</option>
        {MIX_PRESETS.map(({ name }) => (
          <option key={name} value={name}>
            {PRESET_TITLES[name]}
          </option>
        ))}
      </select>
      {chosen !== undefined && <p class="hint">{chosen.description}</p>}
    </div>
  );
}

/** The balance and the presets appear with a second face. */
export function MixControls({ state, studio }: MixControlsProps) {
  const { balance, strength, preset } = state.mix;
  const several = sourcesOf(state).length > 1;
  return (
    <div class="controls">
      {several && (
        <Range
          id="balance"
          label="Mix: share of the second face"
          ends={['new face', 'second face']}
          value={balance}
          disabled={preset !== undefined}
          onChange={(value) => studio.setMix({ balance: value })}
        />
      )}
      {several && <PresetChoice state={state} studio={studio} />}
      <Range
        id="strength"
        label="Strength"
        ends={['the photo’s own identity', 'the new identity']}
        value={strength}
        onChange={(value) => studio.setMix({ strength: value })}
      />
    </div>
  );
}
