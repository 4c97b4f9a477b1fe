"""Small random models as goldens: their weights, what PyTorch makes of random ids, and the folder they stand in."""
import json
import pathlib
import shutil

import torch
from safetensors.torch import save_file

OUT = pathlib.Path(__file__).parent.parent.parent / "test/goldens/families"
LENGTHS = [1, 2, 7, 13, 40, 130]
KEPT = ("config.json", "model.safetensors", "expected.safetensors")


def random_model(kind, config_kind, settings):
    """A model of a kind with such settings, and the generator that made its weights, for more random numbers."""
    generator = torch.Generator().manual_seed(7)
    settings = dict(settings)
    labels = settings.pop("num_labels", None)
    config = config_kind(**settings, **({"num_labels": labels} if labels else {}))
    config._attn_implementation = "eager"
    model = kind(config).eval()
    randomize(model, generator)
    return model, generator


def randomize(model, generator):
    """Biases too, which transformers begins with zeros."""
    for name, parameter in model.named_parameters():
        scale = 2 if "relative_attention_bias" in name else 0.3 if parameter.dim() > 1 else 0.2
        values = torch.randn(parameter.shape, generator=generator) * scale
        parameter.data = values + (1 if name.endswith("orm.weight") else 0)
    model.tie_weights()


def expected(model, vocabulary, generator, lengths=LENGTHS, attentions=False, first=0):
    """Tensors by name, of sequences of ids from `first` on; attention maps, where they are wanted, of the short ones."""
    tensors = {}
    for index, length in enumerate(lengths):
        ids = torch.randint(first, vocabulary, (1, length), generator=generator)
        with torch.no_grad():
            output = model(ids, output_hidden_states=True, output_attentions=attentions)
        tensors[f"{index}.input_ids"] = ids[0].to(torch.int32)
        for layer, states in enumerate(output.hidden_states):
            tensors[f"{index}.hidden_states.{layer}"] = states[0].clone()
        if hasattr(output, "logits"):
            tensors[f"{index}.logits"] = output.logits[0].clone()
        if attentions and length <= 40:
            for layer, maps in enumerate(output.attentions):
                tensors[f"{index}.attentions.{layer}"] = maps[0].clone()
    return tensors


def save(name, model, tensors, change=lambda config: None):
    """Writes the model's folder; `change` may change its config.json."""
    folder = OUT / name
    shutil.rmtree(folder, ignore_errors=True)
    model.save_pretrained(folder)
    save_file(tensors, folder / "expected.safetensors")
    for extra in folder.iterdir():
        if extra.name not in KEPT:
            extra.unlink()
    written = json.loads((folder / "config.json").read_text())
    change(written)
    (folder / "config.json").write_text(json.dumps(written, indent=2, sort_keys=True) + "\n")
    print(name, sum(file.stat().st_size for file in folder.iterdir()))
