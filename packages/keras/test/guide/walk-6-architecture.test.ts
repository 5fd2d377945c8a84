import { getClassName, models, ready } from '@km/keras';
import { fileOf, MODELS } from '../fixture-models.ts';

beforeAll(() => ready());

test.each(MODELS)(
  'walk 6: the architecture of %s survives to_json, get_config and clone_model',
  async (name) => {
    const model = await models.load_model(fileOf('2.15.1', `${name}.h5`));
    const config = model.get_config();
    const fromJson = models.model_from_json(model.to_json());
    const fromConfig = models.model_from_config({ class_name: getClassName(model), config });
    for (const copy of [fromJson, fromConfig, models.clone_model(model)]) {
      expect(copy.get_config()).toEqual(config);
      expect(copy.weights.map(({ shape }) => shape)).toEqual(
        model.weights.map(({ shape }) => shape),
      );
    }
  },
);
