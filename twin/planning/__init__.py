"""Where stations and vehicles should stand: location models, and plans for a city made with them."""
