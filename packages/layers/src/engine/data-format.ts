/** Where images have their channels. */
export type ImageDataFormat = 'channels_last' | 'channels_first';

const settings: { format: ImageDataFormat } = { format: 'channels_last' };

/** The format of images in layers that are given none. */
export function image_data_format(): ImageDataFormat {
  return settings.format;
}

/**
 * Sets the format of images in layers that are made from now on and are given none.
 * @throws RangeError for another word.
 */
export function set_image_data_format(data_format: ImageDataFormat): void {
  if (data_format !== 'channels_last' && data_format !== 'channels_first') {
    throw new RangeError(
      `data_format is 'channels_last' or 'channels_first', not '${String(data_format)}'.`,
    );
  }
  settings.format = data_format;
}
