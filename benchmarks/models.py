"""Writes the models of the benchmarks as HDF5: `python benchmarks/models.py FOLDER`. Made with TensorFlow 2.15."""
import os
import sys

import numpy as np
import tensorflow as tf

keras = tf.keras
layers = keras.layers


def mobilenet_v2():
    return keras.applications.MobileNetV2(weights=None)


def resnet50():
    return keras.applications.ResNet50(weights=None)


def dense():
    return keras.Sequential([keras.Input((2048,))] + [layers.Dense(2048, activation="relu") for _ in range(6)])


def cnn():
    return keras.Sequential([
        keras.Input((32, 32, 3)),
        layers.Conv2D(32, 3, padding="same", activation="relu"),
        layers.Conv2D(32, 3, activation="relu"),
        layers.MaxPooling2D(),
        layers.Conv2D(64, 3, padding="same", activation="relu"),
        layers.Conv2D(64, 3, activation="relu"),
        layers.MaxPooling2D(),
        layers.Flatten(),
        layers.Dense(256, activation="relu"),
        layers.Dense(10),
    ])


def cnn_norm():
    x = image = keras.Input((32, 32, 3))
    for filters in (32, 64, 128):
        x = layers.Conv2D(filters, 3, padding="same", use_bias=False)(x)
        x = layers.BatchNormalization()(x)
        x = layers.ReLU()(x)
        x = layers.MaxPooling2D()(x)
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(image, layers.Dense(10)(x))


def lstm():
    return keras.Sequential([
        keras.Input((100, 128)),
        layers.LSTM(256, return_sequences=True),
        layers.LSTM(256),
        layers.Dense(10),
    ])


def series_lstm():
    """As published for early warnings in time series: convolution, two LSTMs, classes."""
    return keras.Sequential([
        keras.Input((500, 1)),
        layers.Conv1D(50, 12, padding="same", activation="relu"),
        layers.Dropout(0.1),
        layers.MaxPooling1D(2),
        layers.LSTM(50, return_sequences=True),
        layers.Dropout(0.1),
        layers.LSTM(10),
        layers.Dropout(0.1),
        layers.Dense(4, activation="softmax"),
    ])


def gru():
    return keras.Sequential([keras.Input((100, 128)), layers.GRU(256), layers.Dense(10)])


def embedding():
    return keras.Sequential([
        keras.Input((100,)),
        layers.Embedding(20000, 128),
        layers.GlobalAveragePooling1D(),
        layers.Dense(64, activation="relu"),
        layers.Dense(10),
    ])


def attention():
    x = tokens = keras.Input((64, 256))
    for _ in range(2):
        a = layers.MultiHeadAttention(8, 32)(x, x)
        x = layers.LayerNormalization()(layers.Add()([x, a]))
        f = layers.Dense(256)(layers.Dense(1024, activation="gelu")(x))
        x = layers.LayerNormalization()(layers.Add()([x, f]))
    return keras.Model(tokens, layers.Dense(10)(layers.GlobalAveragePooling1D()(x)))


MODELS = [mobilenet_v2, resnet50, dense, cnn, cnn_norm, lstm, series_lstm, gru, embedding, attention]


def main(folder):
    os.makedirs(folder, exist_ok=True)
    for make in MODELS:
        keras.utils.set_random_seed(1)
        model = make()
        # Moving statistics other than zero and one, so that normalization has something to do.
        rng = np.random.default_rng(1)
        for layer in model.layers:
            if isinstance(layer, layers.BatchNormalization):
                gamma, beta, mean, variance = layer.get_weights()
                layer.set_weights([
                    rng.uniform(0.8, 1.2, gamma.shape), rng.normal(0, 0.1, beta.shape),
                    rng.normal(0, 0.1, mean.shape), rng.uniform(0.5, 1.0, variance.shape),
                ])
        model.save(os.path.join(folder, make.__name__ + ".h5"), include_optimizer=False)


main(sys.argv[1])
